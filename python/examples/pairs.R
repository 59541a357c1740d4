# Who shares text with whom, from the pairs of a scan. Needs R alone:
#
#     Rscript pairs.R pairs.csv

file <- commandArgs(trailingOnly = TRUE)[1]
pairs <- read.csv(file, na.strings = "", encoding = "UTF-8")

# Times are UTC, such as 2026-03-04T08:00:00Z. An unknown time is empty.
for (column in c("published_a", "published_b")) {
  pairs[[column]] <- as.POSIXct(pairs[[column]], format = "%Y-%m-%dT%H:%M:%SZ", tz = "UTC")
}

# Pairs of two sites whose order is known: site_a published first. Truth values are texts.
across <- subset(pairs, cross_site == "true" & order_known == "true")
across$whole <- across$relation %in% c("exact", "near")

routes <- aggregate(cbind(pairs = 1, whole) ~ site_a + site_b, data = across, FUN = sum)
routes <- routes[order(-routes$pairs, routes$site_a, routes$site_b), ]
print(head(routes, 5), row.names = FALSE)

cat("\nHours from the first article to the second:\n")
print(aggregate(lag_hours ~ relation, data = across, FUN = median), row.names = FALSE)
