//! Columns of a table. The constructor decides the type of a column, and the closure that is passed
//! to it gives a value of that type; threads may call it at once.

use std::borrow::Cow;
use std::io;

use super::cell::TableCell;
use crate::document::Published;
use crate::report::moment;

/// A column of a table whose rows are `R`.
pub(in crate::report) struct Column<'t, R> {
    pub(super) name: &'t str,
    pub(super) values: ColumnValues<'t, R>,
}

/// Takes the rows of a table, one after the other.
pub(in crate::report) type RowSink<'s, R> = &'s mut dyn FnMut(&R) -> io::Result<()>;

/// A function from a row to a value; `None` if the value is unknown.
pub(super) type ValueOf<'t, R, T> = Box<dyn Fn(&R) -> Option<T> + Sync + 't>;

/// A function from a row to a text of that row; an empty one is unknown.
pub(super) type TextOf<'t, R> = Box<dyn for<'r> Fn(&'r R) -> Cow<'r, str> + Sync + 't>;

/// A function from a row to a text of that row; `None` if it is unknown.
pub(super) type DataOf<'t, R> = Box<dyn for<'r> Fn(&'r R) -> Option<Cow<'r, str>> + Sync + 't>;

/// Type of a column, with the function that gives its values.
pub(super) enum ColumnValues<'t, R> {
    Text(TextOf<'t, R>),
    Data(DataOf<'t, R>),
    Count(ValueOf<'t, R, u64>),
    Score(ValueOf<'t, R, f64>),
    Hours(ValueOf<'t, R, f64>),
    Flag(ValueOf<'t, R, bool>),
    Time(ValueOf<'t, R, Published>),
    Json(ValueOf<'t, R, String>),
}

impl<'t, R> Column<'t, R> {
    /// A text for people to read. An empty one is unknown. A spreadsheet does not run it as a
    /// formula.
    pub(in crate::report) fn text(
        name: &'t str,
        value: impl for<'r> Fn(&'r R) -> Cow<'r, str> + Sync + 't,
    ) -> Column<'t, R> {
        Column::new(name, ColumnValues::Text(Box::new(value)))
    }

    /// A text for programs that read the table again: it is written as it is, even if it is empty
    /// or looks like a formula.
    pub(in crate::report) fn data(
        name: &'t str,
        value: impl for<'r> Fn(&'r R) -> Option<Cow<'r, str>> + Sync + 't,
    ) -> Column<'t, R> {
        Column::new(name, ColumnValues::Data(Box::new(value)))
    }

    /// A whole number.
    pub(in crate::report) fn count(
        name: &'t str,
        value: impl Fn(&R) -> Option<u64> + Sync + 't,
    ) -> Column<'t, R> {
        Column::new(name, ColumnValues::Count(Box::new(value)))
    }

    /// A share from 0 to 1, with 4 decimals.
    pub(in crate::report) fn score(
        name: &'t str,
        value: impl Fn(&R) -> Option<f64> + Sync + 't,
    ) -> Column<'t, R> {
        Column::new(name, ColumnValues::Score(Box::new(value)))
    }

    /// Hours, with 2 decimals.
    pub(in crate::report) fn hours(
        name: &'t str,
        value: impl Fn(&R) -> Option<f64> + Sync + 't,
    ) -> Column<'t, R> {
        Column::new(name, ColumnValues::Hours(Box::new(value)))
    }

    /// True or false.
    pub(in crate::report) fn flag(
        name: &'t str,
        value: impl Fn(&R) -> Option<bool> + Sync + 't,
    ) -> Column<'t, R> {
        Column::new(name, ColumnValues::Flag(Box::new(value)))
    }

    /// A moment in UTC; a bare date is its midnight. [`Column::precision`] tells them apart.
    pub(in crate::report) fn time(
        name: &'t str,
        value: impl Fn(&R) -> Option<Published> + Sync + 't,
    ) -> Column<'t, R> {
        Column::new(name, ColumnValues::Time(Box::new(value)))
    }

    /// Precision of a moment that another column has.
    pub(in crate::report) fn precision(
        name: &'t str,
        value: impl Fn(&R) -> Option<Published> + Sync + 't,
    ) -> Column<'t, R> {
        Column::text(name, move |row| {
            let written = value(row).filter(|&published| moment::time(published).is_some());
            written
                .map_or("", |published| published.precision.name())
                .into()
        })
    }

    /// A list or an object as JSON; only for formats that hold lists.
    pub(in crate::report) fn json(
        name: &'t str,
        value: impl Fn(&R) -> String + Sync + 't,
    ) -> Column<'t, R> {
        let value = move |row: &R| Some(value(row));
        Column::new(name, ColumnValues::Json(Box::new(value)))
    }

    fn new(name: &'t str, values: ColumnValues<'t, R>) -> Column<'t, R> {
        Column { name, values }
    }

    /// The value of a row, for formats that write row by row.
    pub(super) fn cell<'r>(&self, row: &'r R) -> TableCell<'r> {
        let cell = match &self.values {
            ColumnValues::Text(value) => known(value(row)).map(TableCell::Text),
            ColumnValues::Data(value) => value(row).map(TableCell::Data),
            ColumnValues::Count(value) => value(row).map(TableCell::Count),
            ColumnValues::Score(value) => value(row).map(TableCell::Score),
            ColumnValues::Hours(value) => value(row).map(TableCell::Hours),
            ColumnValues::Flag(value) => value(row).map(TableCell::Flag),
            ColumnValues::Time(value) => value(row).and_then(moment::time).map(TableCell::Time),
            ColumnValues::Json(value) => value(row).map(TableCell::Json),
        };
        cell.unwrap_or(TableCell::Unknown)
    }
}

/// A text that may be unknown, which is an empty one.
pub(super) fn known(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    Some(text).filter(|text| !text.is_empty())
}
