// --- Start, and printing

/** Draws what is printed: all pairs that pass the filters, up to a limit. */
function beforePrint() {
  const rows = Math.min(shown.length, PRINTED_ROWS);
  draw(true, [0, rows]);
  const left = shown.length - rows;
  $("printed-pairs").textContent = left > 0 ? `${counted(left, "more pair")} not printed.` : "";
  const more = listed.length - $("cards").childElementCount;
  $("printed-cards").textContent = more > 0 ? `${counted(more, "more cluster")} not printed.` : "";
}

startClusters();
startPairs();
sort(null);
filterClusters();
$("view").addEventListener("close", closed);
$("view-copy").replaceChildren(copyButton(() => opened, "this cluster"));
addEventListener("hashchange", restore);
addEventListener("beforeprint", beforePrint);
addEventListener("afterprint", () => draw(true));
restore();
if (opened === null && location.hash.includes("=")) $("clusters").scrollIntoView();
