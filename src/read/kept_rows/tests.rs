//! Rows in memory give what the same rows in a file give.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, MapBuilder, StringBuilder};
use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, DictionaryArray,
    FixedSizeBinaryArray, Float64Array, Int64Array, LargeBinaryArray, LargeStringArray, ListArray,
    PrimitiveArray, RecordBatchIterator, StringArray, StringViewArray, StructArray,
    TimestampMicrosecondArray, TimestampSecondArray, UInt64Array, UnionArray,
};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema};
use proptest::prelude::*;
use rayon::prelude::*;

use super::*;
use crate::document::{Corpus, Fetch, OpenDate};
use crate::error::ReadError;
use crate::read::{FieldNames, ReadSettings};

/// Types of columns.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Utf8,
    LargeUtf8,
    Utf8View,
    SmallDictionary,
    LargeDictionary,
    ViewDictionary,
    Binary,
    LargeBinary,
    BinaryView,
    FixedSizeBinary,
    Int64,
    Float64,
    Boolean,
    Seconds,
    Microseconds,
    Date32,
    Struct,
    List,
    ListOfStructs,
    Map,
}

const KINDS: &[Kind] = &[
    Kind::Utf8,
    Kind::LargeUtf8,
    Kind::Utf8View,
    Kind::SmallDictionary,
    Kind::LargeDictionary,
    Kind::ViewDictionary,
    Kind::Binary,
    Kind::LargeBinary,
    Kind::BinaryView,
    Kind::FixedSizeBinary,
    Kind::Int64,
    Kind::Float64,
    Kind::Boolean,
    Kind::Seconds,
    Kind::Microseconds,
    Kind::Date32,
    Kind::Struct,
    Kind::List,
    Kind::ListOfStructs,
    Kind::Map,
];

const NAMES: &[&str] = &[
    "text",
    "body",
    "Text",
    "article",
    "_source",
    "id",
    "url",
    "site",
    "published",
    "date",
    "title",
    "author",
    "metadata",
    "article.body",
    "te\"xt",
    "colour",
];

type Cells = Vec<Option<String>>;

/// A column of a type, made of strings.
fn column(kind: Kind, cells: &Cells) -> ArrayRef {
    let strings = || cells.iter().map(Option::as_deref);
    let number = |text: &str| {
        text.bytes()
            .fold(7i64, |sum, byte| sum * 31 % 999_983 + i64::from(byte))
    };
    let numbers = || strings().map(|text| text.map(number));
    // Some are no UTF-8.
    let bytes: Vec<Option<Vec<u8>>> = strings()
        .map(|text| {
            text.map(|text| match number(text) % 4 {
                0 => [text.as_bytes(), b"\xE9\x00"].concat(),
                _ => text.as_bytes().to_vec(),
            })
        })
        .collect();
    let bytes = || bytes.iter().map(Option::as_deref);
    match kind {
        Kind::Utf8 => Arc::new(StringArray::from_iter(strings())),
        Kind::LargeUtf8 => Arc::new(LargeStringArray::from_iter(strings())),
        Kind::Utf8View => Arc::new(StringViewArray::from_iter(strings())),
        Kind::SmallDictionary => Arc::new(DictionaryArray::<Int8Type>::from_iter(strings())),
        Kind::LargeDictionary => {
            let keys = (0..cells.len()).map(|n| cells[n].as_ref().map(|_| n as u16));
            let values = LargeStringArray::from_iter(strings());
            let keys = PrimitiveArray::<UInt16Type>::from_iter(keys);
            Arc::new(DictionaryArray::new(keys, Arc::new(values)))
        }
        Kind::ViewDictionary => {
            // Nulls are in the dictionary.
            let keys = PrimitiveArray::<Int32Type>::from_iter_values(0..cells.len() as i32);
            let values = StringViewArray::from_iter(strings());
            Arc::new(DictionaryArray::new(keys, Arc::new(values)))
        }
        Kind::Binary => Arc::new(BinaryArray::from_iter(bytes())),
        Kind::LargeBinary => Arc::new(LargeBinaryArray::from_iter(bytes())),
        Kind::BinaryView => Arc::new(BinaryViewArray::from_iter(bytes())),
        Kind::FixedSizeBinary => {
            let pairs = numbers().map(|number| number.map(|number| (number as u16).to_be_bytes()));
            Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(pairs, 2).unwrap())
        }
        Kind::Int64 => Arc::new(Int64Array::from_iter(numbers())),
        Kind::Float64 => {
            let floats = numbers().map(|number| number.map(|number| number as f64 / 8.0));
            Arc::new(Float64Array::from_iter(floats))
        }
        Kind::Boolean => {
            let odd = numbers().map(|number| number.map(|number| number % 2 == 1));
            Arc::new(odd.collect::<BooleanArray>())
        }
        Kind::Seconds => Arc::new(TimestampSecondArray::from_iter(
            numbers().map(|number| number.map(|number| number * 1900)),
        )),
        Kind::Microseconds => {
            let times = numbers().map(|number| number.map(|number| number * 1_900_000_001));
            Arc::new(TimestampMicrosecondArray::from_iter(times).with_timezone("+02:00"))
        }
        Kind::Date32 => {
            let days = numbers().map(|number| number.map(|number| (number % 20_000) as i32));
            Arc::new(Date32Array::from_iter(days))
        }
        Kind::Struct | Kind::List | Kind::ListOfStructs | Kind::Map => nested_column(kind, cells),
    }
}

/// A column of a type that has others within it.
fn nested_column(kind: Kind, cells: &Cells) -> ArrayRef {
    let strings = || cells.iter().map(Option::as_deref);
    match kind {
        Kind::Struct => Arc::new(object(cells)),
        Kind::List => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for text in strings() {
                lists.append_option(text.map(|text| text.split(' ').map(Some)));
            }
            Arc::new(lists.finish())
        }
        Kind::ListOfStructs => {
            let objects = object(cells);
            let field = Field::new_list_field(objects.data_type().clone(), true);
            let mut single = ListBuilder::new(StringBuilder::new());
            for _ in cells {
                single.append_value([Some("one")]);
            }
            let offsets = single.finish().offsets().clone();
            let nulls = objects.nulls().cloned();
            Arc::new(ListArray::new(
                Arc::new(field),
                offsets,
                Arc::new(objects),
                nulls,
            ))
        }
        _ => {
            let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
            for text in strings() {
                for (at, word) in text.unwrap_or_default().split(' ').enumerate() {
                    maps.keys().append_value(NAMES[at % NAMES.len()]);
                    maps.values().append_value(word);
                }
                maps.append(text.is_some()).unwrap();
            }
            Arc::new(maps.finish())
        }
    }
}

/// A column of objects, some of whose members have the names of fields.
fn object(cells: &Cells) -> StructArray {
    let columns: Vec<ArrayRef> = vec![
        column(Kind::Utf8View, cells),
        column(Kind::SmallDictionary, cells),
        column(Kind::Seconds, cells),
    ];
    let names = ["body", "url", "published"];
    let fields = names.iter().zip(&columns);
    let fields = fields.map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let nulls = columns[0].nulls().cloned();
    StructArray::new(Fields::from_iter(fields), columns, nulls)
}

fn batch(columns: &[(&'static str, Kind, Cells)]) -> RecordBatch {
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .map(|(_, kind, cells)| column(*kind, cells))
        .collect();
    let fields = columns.iter().zip(&arrays);
    let fields =
        fields.map(|((name, ..), array)| Field::new(*name, array.data_type().clone(), true));
    RecordBatch::try_new(Arc::new(Schema::new(Fields::from_iter(fields))), arrays).unwrap()
}

/// Results that readings of the same rows have in common.
#[derive(Debug, Default, PartialEq)]
struct Reading {
    /// Number of the record and of its line, and the document.
    documents: Vec<(u64, u64, Document<'static>, Option<OpenDate>)>,
    /// Number of the record and of its line, id, reason, and unknown loss.
    rejects: Vec<(u64, u64, Option<String>, String, bool)>,
    records: u64,
    lines: u64,
    bad_dates: u64,
    bad_ids: u64,
    without_url: u64,
    sites_passed_over: u64,
    remarks: BTreeMap<&'static str, u64>,
}

fn own(document: &Document<'_>) -> Document<'static> {
    document.with_text(document.text.to_string())
}

/// Reads all blocks; also gives the places of the documents and the number of bytes.
fn read(inputs: &Inputs) -> Result<(Reading, Vec<SourcePlace>, u64), ReadError> {
    let mut reading = Reading::default();
    let (mut places, mut bytes) = (Vec::new(), 0);
    for block in inputs.blocks(0) {
        let (records, lines) = (reading.records, reading.lines);
        let tally = inputs.parse(block?, &mut |record| {
            places.push(record.place);
            let document = own(&record.document);
            let numbers = (records + record.record, lines + record.line);
            let read = (numbers.0, numbers.1, document, record.open_date);
            reading.documents.push(read);
        });
        assert_eq!(tally.lossy, 0);
        let rejects = tally.rejects.into_iter().map(|reject| {
            let (record, line) = (records + reject.record, lines + reject.line);
            (record, line, reject.id, reject.reason, reject.unknown_loss)
        });
        reading.rejects.extend(rejects);
        reading.records += tally.records;
        reading.lines += tally.lines;
        reading.bad_dates += tally.bad_dates;
        reading.bad_ids += tally.bad_ids;
        reading.without_url += tally.without_url;
        reading.sites_passed_over += tally.sites_passed_over.number;
        for (remark, number) in tally.remarks {
            *reading.remarks.entry(remark).or_default() += number;
        }
        bytes += tally.bytes;
    }
    Ok((reading, places, bytes))
}

/// The documents at some places, and their records.
fn again(inputs: &Inputs, places: &[SourcePlace]) -> Vec<(Document<'static>, String)> {
    let records = places.iter().map(|&place| {
        let (mut document, mut copy) = (None, String::new());
        inputs
            .fetch(place, &mut |found| document = Some(own(found)))
            .unwrap();
        let mut keep = |record: &[u8], _| copy = String::from_utf8(record.to_vec()).unwrap();
        inputs.copy(place, &mut keep).unwrap();
        (document.unwrap(), copy)
    });
    records.collect()
}

/// Reads a batch from an Arrow file.
fn of_file(batch: &RecordBatch, settings: ReadSettings) -> (Inputs, tempfile::NamedTempFile) {
    let mut file = tempfile::Builder::new()
        .suffix(".arrow")
        .tempfile()
        .unwrap();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut file, batch.schema_ref()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let name = file.path().to_str().unwrap().to_owned();
    (Inputs::open(&[name], settings).unwrap(), file)
}

/// Reads a batch that comes in slices of so many rows.
fn of_slices(
    batch: &RecordBatch,
    rows: usize,
    keep_bytes: Option<u64>,
    settings: ReadSettings,
) -> Result<Inputs, ReadError> {
    let starts = (0..batch.num_rows()).step_by(rows);
    let slices = starts.map(|start| batch.slice(start, rows.min(batch.num_rows() - start)));
    let slices: Vec<_> = slices.map(Ok).collect();
    let reader = RecordBatchIterator::new(slices, batch.schema());
    let settings = ReadSettings {
        kept_rows: keep_bytes,
        ..settings
    };
    Inputs::of_batches("frame", Box::new(reader), settings)
}

fn cell() -> impl Strategy<Value = Option<String>> {
    const VALUES: &[&str] = &[
        "",
        "N/A",
        "2026-03-04T05:06:07Z",
        "04/05/2026",
        "25/12/2026",
        "https://harbour.example/quay?a=\"b\"",
        "harbour.example",
        r"C:\ferry\u0041 timetable",
        "<p>The ferry &amp; the tide</p>",
    ];
    prop_oneof![
        2 => Just(None),
        4 => proptest::sample::select(VALUES).prop_map(|value: &str| Some(value.to_owned())),
        6 => "([a-z]{1,7} |\"|\\\\|\\\\u00e9|\n|\r|\u{1}|\u{7f}|🙂|é|[0-9]|\\{|\\[){0,14}".prop_map(Some),
    ]
}

fn columns() -> impl Strategy<Value = Vec<(&'static str, Kind, Cells)>> {
    let column = |rows| {
        let name = proptest::sample::select(NAMES);
        let kind = proptest::sample::select(KINDS);
        (name, kind, proptest::collection::vec(cell(), rows))
    };
    (1usize..24).prop_flat_map(move |rows| proptest::collection::vec(column(rows), 1..9))
}

fn settings() -> impl Strategy<Value = ReadSettings> {
    let longest = proptest::sample::select(&[30usize, 90, 400, 64 << 20][..]);
    (longest, any::<bool>()).prop_map(|(max_record, chosen)| {
        let mut settings = ReadSettings {
            max_record,
            ..ReadSettings::default()
        };
        if chosen {
            settings.fields.title = vec!["colour".to_owned(), "missing".to_owned()];
        }
        settings
    })
}

proptest! {
    #[test]
    fn rows_in_memory_are_read_like_those_of_a_file(
        columns in columns(),
        settings in settings(),
        slice_rows in 1usize..12,
        keep_bytes in prop_oneof![Just(None), Just(Some(0)), (0u64..2000).prop_map(Some)],
        looked_at in 0usize..4,
    ) {
        let batch = batch(&columns);
        let (file, _on_disk) = of_file(&batch, settings.clone());
        let expected = read(&file);
        let inputs = match of_slices(&batch, slice_rows, keep_bytes, settings) {
            Ok(inputs) => inputs,
            Err(ReadError::NoTextColumn { columns, .. }) => {
                let Err(ReadError::NoTextColumn { columns: expected, .. }) = expected else {
                    panic!("{columns} have a text");
                };
                prop_assert_eq!(columns, expected);
                return Ok(());
            }
            Err(other) => panic!("{other}"),
        };
        let (expected, file_places, file_bytes) = expected.unwrap();
        // A reading that ends early leaves nothing out of the next one.
        drop(inputs.blocks(0).take(looked_at).collect::<Vec<_>>());
        let (found, places, bytes) = read(&inputs).unwrap();
        prop_assert_eq!(&found, &expected);
        prop_assert!(bytes <= file_bytes);
        prop_assert_eq!(again(&inputs, &places), again(&file, &file_places));
        prop_assert_eq!(inputs.unseen_names(), file.unseen_names());
        prop_assert_eq!(inputs.names_found(), file.names_found());
        let spooled = inputs.context.spool.file().is_some();
        prop_assert!(!spooled || keep_bytes.is_some());
        prop_assert!(spooled || keep_bytes != Some(0));
        prop_assert!(places.is_sorted_by_key(|place| place.offset));

        let (second, second_places, second_bytes) = read(&inputs).unwrap();
        prop_assert_eq!(&second, &expected);
        prop_assert_eq!(&second_places, &places);
        prop_assert_eq!(second_bytes, bytes);

        match inputs.row_schema(0) {
            None => prop_assert!(spooled),
            Some(schema) => {
                prop_assert!(!spooled);
                prop_assert_eq!(&schema, &batch.schema());
                let mut copied = Vec::new();
                inputs.copy_rows(0, &places, &mut |rows| {
                    copied.push(rows);
                    Ok(())
                }).unwrap();
                let copied = arrow_select::concat::concat_batches(&schema, &copied).unwrap();
                let rows = found.documents.iter().map(|(_, line, ..)| *line);
                let rows = UInt64Array::from_iter_values(rows);
                let expected = take_record_batch(&batch, &rows).unwrap();
                for (copied, expected) in copied.columns().iter().zip(expected.columns()) {
                    prop_assert_eq!(copied, expected);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn whole_rows_are_copied_like_those_of_a_file(
        columns in columns(),
        slice_rows in 1usize..12,
    ) {
        let batch = batch(&columns);
        let settings = ReadSettings {
            whole_records: true,
            ..ReadSettings::default()
        };
        let (file, _on_disk) = of_file(&batch, settings.clone());
        let Ok(inputs) = of_slices(&batch, slice_rows, None, settings) else {
            return Ok(());
        };
        let (_, file_places, _) = read(&file).unwrap();
        let (_, places, _) = read(&inputs).unwrap();
        prop_assert_eq!(again(&inputs, &places), again(&file, &file_places));
    }
}

/// Rows with an id, a url and a text.
fn notices(rows: usize) -> RecordBatch {
    let ids = (0..rows).map(|n| format!("notice-{n}"));
    let texts = (0..rows).map(|n| format!("Notice {n}: the ferry to \"Hven\" leaves at {n}."));
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(ids));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
    RecordBatch::try_from_iter([("id", ids), ("text", texts)]).unwrap()
}

#[test]
fn nothing_is_spooled_as_long_as_there_is_room() {
    let batch = notices(10_000);
    let all = crate::read::array_bytes::of_columns(batch.columns());
    for (keep_bytes, spools) in [
        (None, false),
        (Some(all + 99), false),
        (Some(all / 2), true),
    ] {
        let inputs = of_slices(&batch, 3000, keep_bytes, ReadSettings::default()).unwrap();
        let (reading, places, _) = read(&inputs).unwrap();
        assert_eq!(reading.documents.len(), 10_000);
        again(&inputs, &places[4000..4010]);
        assert_eq!(
            inputs.context.spool.file().is_some(),
            spools,
            "{keep_bytes:?}"
        );
        assert_eq!(inputs.row_schema(0).is_none(), spools, "{keep_bytes:?}");
    }
}

#[test]
fn threads_read_the_same_rows() {
    let batch = notices(20_000);
    for keep_bytes in [None, Some(400_000), Some(0)] {
        let inputs = of_slices(&batch, 500, keep_bytes, ReadSettings::default()).unwrap();
        let mut readings = Vec::new();
        for _ in 0..3 {
            let found = inputs.blocks(0).par_bridge().flat_map_iter(|block| {
                let mut found = Vec::new();
                inputs.parse(block.unwrap(), &mut |record| {
                    let id = record.document.id.as_deref().map(str::to_owned);
                    found.push((record.place.offset, record.place.length, id));
                });
                found
            });
            let mut found: Vec<_> = found.collect();
            found.sort_unstable();
            readings.push(found);
        }
        let ids = readings[0].iter().map(|(.., id)| id.clone().unwrap());
        assert!(
            ids.eq((0..20_000).map(|n| format!("notice-{n}"))),
            "{keep_bytes:?}"
        );
        assert!(
            readings.iter().all(|found| *found == readings[0]),
            "{keep_bytes:?}"
        );
    }
}

#[test]
fn blocks_have_about_one_mebibyte_and_at_most_4096_rows() {
    let text = "tide ".repeat(30_000);
    let texts: Vec<&str> = (0..9000)
        .map(|n| if n < 40 { text.as_str() } else { "ebb" })
        .collect();
    let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(texts));
    let batch = RecordBatch::try_from_iter([("text", texts)]).unwrap();
    let inputs = of_slices(&batch, 9000, None, ReadSettings::default()).unwrap();
    let mut rows = Vec::new();
    for block in inputs.blocks(0) {
        let mut count = 0;
        let tally = inputs.parse(block.unwrap(), &mut |_| count += 1);
        assert!(tally.bytes < 1 << 20, "{count} rows");
        rows.push(count);
    }
    assert_eq!(rows.iter().sum::<i32>(), 9000);
    assert!(
        rows.len() < 14 && rows.iter().all(|&rows| rows <= 4096),
        "{rows:?}"
    );
}

#[test]
fn an_error_and_a_panic_of_the_stream_are_a_loss_of_unknown_size() {
    let batch = notices(3);
    for (fault, reason) in [
        (
            0,
            "the rows from here on cannot be read: External error: the source is gone",
        ),
        (
            1,
            "the rows from here on cannot be read: External error: the stream panicked",
        ),
        (
            2,
            "the rows from here on cannot be read: Invalid argument error: ",
        ),
    ] {
        let good = batch.clone();
        let narrow = batch.project(&[1]).unwrap();
        let batches = (0..3).map(move |n| match (n, fault) {
            (1, 0) => Err(ArrowError::from_external_error("the source is gone".into())),
            (1, 1) => panic!("for the test"),
            (1, _) => Ok(narrow.clone()),
            _ => Ok(good.clone()),
        });
        let reader = RecordBatchIterator::new(batches, batch.schema());
        let inputs = Inputs::of_batches("frame", Box::new(reader), ReadSettings::default());
        let inputs = inputs.unwrap();
        for _ in 0..2 {
            let (reading, ..) = read(&inputs).unwrap();
            assert_eq!(reading.documents.len(), 3);
            let [(3, 3, None, found, true)] = &reading.rejects[..] else {
                panic!("{:?}", reading.rejects);
            };
            assert!(found.starts_with(reason), "{found}");
        }
    }
}

#[test]
fn rows_that_json_cannot_hold_are_rejected() {
    let types = vec![0i8, 0];
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let fields = [(0, Arc::new(Field::new("n", DataType::Int64, true)))];
    let mixed = UnionArray::try_new(
        fields.into_iter().collect(),
        types.into(),
        None,
        vec![numbers],
    );
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(["The quay.", "The pier."]));
    let mixed: ArrayRef = Arc::new(mixed.unwrap());
    for (name, documents) in [("title", 0), ("colour", 2)] {
        let columns = [("text", Arc::clone(&texts)), (name, Arc::clone(&mixed))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        for keep_bytes in [None, Some(0)] {
            let inputs = of_slices(&batch, 2, keep_bytes, ReadSettings::default()).unwrap();
            let (reading, ..) = read(&inputs).unwrap();
            assert_eq!(reading.documents.len(), documents, "{name}");
            assert_eq!(reading.rejects.len(), usize::from(documents == 0), "{name}");
            assert_eq!(reading.lines, 2);
            assert_eq!(read(&inputs).unwrap().0, reading, "{name}");
        }
    }
}

#[test]
fn a_place_that_no_row_has_is_an_error() {
    let inputs = of_slices(&notices(5), 5, None, ReadSettings::default()).unwrap();
    let (_, places, _) = read(&inputs).unwrap();
    for offset in [5, 1 << 20, 1 << 36, u64::MAX] {
        let place = SourcePlace {
            offset,
            ..places[0]
        };
        let found = inputs.fetch(place, &mut |_| panic!("{offset}"));
        assert!(matches!(found, Err(ReadError::Changed { .. })), "{offset}");
        assert!(inputs.copy_rows(0, &[place], &mut |_| Ok(())).is_err());
    }
}

#[test]
fn rows_without_a_text_column_are_refused() {
    let batch = notices(2).project(&[0]).unwrap();
    let refused = of_slices(&batch, 2, None, ReadSettings::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "frame has no text column: its columns are id"
    );
    let fields = FieldNames {
        text: vec!["id".into()],
        ..FieldNames::default()
    };
    let settings = ReadSettings {
        fields,
        ..ReadSettings::default()
    };
    let inputs = of_slices(&batch, 2, None, settings).unwrap();
    assert_eq!(read(&inputs).unwrap().0.documents.len(), 2);
}
