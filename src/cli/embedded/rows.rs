//! Rows of columns from what the reports write.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

use anyhow::anyhow;
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_ipc::reader::FileReader;
use arrow_json::ReaderBuilder;
use arrow_json::reader::infer_json_schema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::cli::status::Stop;

/// Rows of columns.
pub type Rows = Box<dyn RecordBatchReader + Send>;

/// The rows of an Arrow file.
pub fn rows_of_file(file: Vec<u8>) -> Result<Rows, Stop> {
    Ok(Box::new(FileReader::try_new(Cursor::new(file), None)?))
}

/// The names of objects in lines of JSON, in the order in which they first stand there.
fn names_in_order(lines: &[u8]) -> Result<Vec<String>, Stop> {
    let mut order = NameOrder::default();
    for object in serde_json::Deserializer::from_slice(lines).into_iter::<Names>() {
        for name in object?.0 {
            order.add(name);
        }
    }
    Ok(order.names)
}

/// Names, each once.
#[derive(Default)]
struct NameOrder {
    names: Vec<String>,
    known: BTreeSet<String>,
}

impl NameOrder {
    fn add(&mut self, name: String) {
        if !self.known.contains(&name) {
            self.known.insert(name.clone());
            self.names.push(name);
        }
    }
}

/// The names of an object of JSON.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Names, D::Error> {
        deserializer.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

/// The rows of lines of JSON. A column of `texts` is one even if all its values are null.
pub fn rows_of_json(lines: Vec<u8>, texts: &[&str]) -> Result<Rows, Stop> {
    let of_columns = |error: ArrowError| {
        Stop::Failed(anyhow!(error).context(
            "the records cannot be rows of one table; give them as a table with columns instead",
        ))
    };
    let (schema, _) = infer_json_schema(Cursor::new(&lines), None).map_err(of_columns)?;
    let names = names_in_order(&lines)?;
    let in_order = names
        .iter()
        .filter_map(|name| schema.column_with_name(name));
    let fields = in_order.map(|(at, _)| {
        let field = &schema.fields()[at];
        let is_text = texts.contains(&field.name().as_str()) && field.data_type().is_null();
        match is_text {
            true => Arc::new(Field::new(field.name(), DataType::Utf8, true)),
            false => Arc::clone(field),
        }
    });
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let reader = ReaderBuilder::new(Arc::clone(&schema))
        .with_coerce_primitive(true)
        .build(Cursor::new(lines))
        .map_err(of_columns)?;
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().map_err(of_columns)?;
    Ok(Box::new(RecordBatchIterator::new(
        batches.into_iter().map(Ok),
        schema,
    )))
}
