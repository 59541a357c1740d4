//! The stages of a scan on batches of Arrow, for Spark.

use std::io::Cursor;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_ipc::reader::FileReader;
use arrow_pyarrow::PyArrowType;
use arrow_schema::{ArrowError, Schema};
use pyo3::prelude::*;
use rayon::ThreadPoolBuilder;
use wirecopy::candidates::bands::{HOT_BUCKET, Round};
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::cli::embedded::StageSettings;
use wirecopy::read::ProvenOrders;
use wirecopy::stages::learn::{self, NamedProfiles};
use wirecopy::stages::{self, Pass, StageError, placeholders};

use super::errors::{RunError, exception};
use super::settings::{self, GivenValue};

/// Batches of pyarrow.
type Batches = Vec<PyArrowType<RecordBatch>>;

/// A batch for pyarrow.
type Batch = PyArrowType<RecordBatch>;

/// The stages of a scan or a dedup with these settings.
#[pyclass(frozen)]
pub struct Stages {
    settings: StageSettings,
}

/// The boilerplate of all sites.
#[pyclass(frozen)]
pub struct Profiles {
    profiles: NamedProfiles,
}

#[pymethods]
impl Profiles {
    /// Profiles of rows with `site`, `fingerprint` and `kind`.
    #[new]
    fn new(py: Python<'_>, batches: Batches) -> PyResult<Profiles> {
        let profiles = work(py, || NamedProfiles::read(&taken(batches)))?;
        Ok(Profiles { profiles })
    }
}

#[pymethods]
impl Stages {
    #[new]
    fn new(command: &str, settings: Vec<(String, GivenValue)>) -> PyResult<Stages> {
        let settings = settings::given(settings);
        let settings = match command {
            "dedup" => StageSettings::of_dedup(&settings),
            _ => StageSettings::of_scan(&settings),
        };
        Ok(Stages {
            settings: settings.map_err(exception)?,
        })
    }

    /// True if boilerplate is removed.
    #[getter]
    fn boilerplate(&self) -> bool {
        self.settings.scan.boilerplate
    }

    /// True if all pairs of hot buckets are compared.
    #[getter]
    fn all_pairs(&self) -> bool {
        self.settings.scan.selection.all_pairs
    }

    /// Most documents of a cluster whose every pair is written.
    #[getter]
    fn big_cluster(&self) -> usize {
        BIG_CLUSTER
    }

    /// True if the selection decides alike on all documents with the same words.
    #[getter]
    fn selects_nothing(&self) -> bool {
        self.settings.scan.selection.takes_all()
    }

    /// Most documents of a bucket in which every pair is compared.
    #[getter]
    fn hot_bucket(&self) -> usize {
        HOT_BUCKET
    }

    /// True if exact copies are reported.
    #[getter]
    fn takes_exact(&self) -> bool {
        self.settings
            .scan
            .selection
            .takes(wirecopy::Relation::Exact)
    }

    /// Names of the fields that mark duplicates, if none is removed.
    #[getter]
    fn marks(&self) -> Option<[String; 2]> {
        self.settings.marks.clone()
    }

    /// Name of the field by whose number documents are preferred.
    #[getter]
    fn number_field(&self) -> Option<String> {
        self.settings.prefer.field.clone()
    }

    /// Largest number of rejected records with which the scan succeeds.
    #[getter]
    fn most_rejects(&self) -> Option<u64> {
        self.settings.most_rejects
    }

    /// True if records may be lost without being counted.
    #[getter]
    fn allow_loss(&self) -> bool {
        self.settings.allow_loss
    }

    /// True if a scan without any word must fail.
    #[getter]
    fn fail_if_empty(&self) -> bool {
        self.settings.fail_if_empty
    }

    /// Rows of documents: from what they state and what boilerplate is learned from, or without
    /// boilerplate if there are profiles.
    #[pyo3(signature = (batches, profiles=None))]
    fn sign(
        &self,
        py: Python<'_>,
        batches: Batches,
        profiles: Option<&Profiles>,
    ) -> PyResult<Batch> {
        let pass = profiles.map_or(Pass::First, |known| Pass::Second(&known.profiles));
        let StageSettings {
            reading,
            scan,
            prefer,
            ..
        } = &self.settings;
        let field = prefer.field.as_deref();
        work(py, || {
            stages::sign(taken(batches), reading, scan, pass, field)
        })
        .map(PyArrowType)
    }

    /// Keys and identities of the records of all rows.
    fn keys(&self, py: Python<'_>, batches: Batches) -> PyResult<Batch> {
        let StageSettings { reading, scan, .. } = &self.settings;
        work(py, || stages::keys(taken(batches), reading, scan)).map(PyArrowType)
    }

    /// Rows with the texts of the documents whose keys are in the only column of `wanted`, in
    /// order.
    fn texts(
        &self,
        py: Python<'_>,
        batches: Batches,
        proven: u8,
        wanted: Batch,
    ) -> PyResult<Batch> {
        let proven = ProvenOrders {
            published: proven & 3,
            crawled: proven >> 2,
        };
        let keys = wanted.0.column(0).as_primitive_opt::<Int64Type>();
        let keys = keys.ok_or_else(|| RunError::new_err("keys are numbers of 64 bits"))?;
        let StageSettings { reading, scan, .. } = &self.settings;
        work(py, || {
            stages::texts(taken(batches), reading, scan, proven, keys.values())
        })
        .map(PyArrowType)
    }

    /// Pairs of hot buckets: in the first round with leaders, in the second with neighbours.
    fn hot_pairs(&self, py: Python<'_>, batches: Batches, first_round: bool) -> PyResult<Batch> {
        let round = match first_round {
            true => Round::Leaders,
            false => Round::Neighbours,
        };
        let settings = &self.settings.scan;
        work(py, || stages::hot_pairs(&taken(batches), settings, round)).map(PyArrowType)
    }

    /// Pairs of common passages, between stories.
    fn story_pairs(&self, py: Python<'_>, batches: Batches) -> PyResult<Batch> {
        let settings = &self.settings.scan;
        work(py, || stages::story_pairs(&taken(batches), settings)).map(PyArrowType)
    }

    /// Exact comparisons of pairs.
    fn compare(&self, py: Python<'_>, batches: Batches) -> PyResult<Batch> {
        let settings = &self.settings.scan;
        work(py, || stages::compare(&taken(batches), settings)).map(PyArrowType)
    }

    /// Documents that are removed because another one stays.
    fn duplicates(&self, py: Python<'_>, batches: Batches) -> PyResult<Batch> {
        let StageSettings { scan, prefer, .. } = &self.settings;
        work(py, || {
            stages::duplicates(&taken(batches), scan, prefer.keep, &prefer.sites)
        })
        .map(PyArrowType)
    }

    /// Reports of whole components.
    fn join(
        &self,
        py: Python<'_>,
        batches: Batches,
        named: Vec<String>,
        times: Batches,
    ) -> PyResult<Batch> {
        let settings = &self.settings.scan;
        work(py, || {
            stages::join(&taken(batches), settings, &named, &taken(times))
        })
        .map(PyArrowType)
    }
}

/// Fingerprints that sites of the task may share with others.
#[pyfunction]
pub fn sharing_sites(py: Python<'_>, documents: Batches) -> PyResult<Batch> {
    work(py, || learn::sharing_sites(&taken(documents))).map(PyArrowType)
}

/// Fingerprints that sites share.
#[pyfunction]
pub fn shared(py: Python<'_>, sites: Batches) -> PyResult<Batch> {
    work(py, || learn::shared(&taken(sites))).map(PyArrowType)
}

/// Evidence of the task's sites for fingerprints that are repeated.
#[pyfunction]
pub fn evidence(py: Python<'_>, documents: Batches, shared: Batches) -> PyResult<Batch> {
    work(py, || learn::evidence(&taken(documents), &taken(shared))).map(PyArrowType)
}

/// Text that sites repeat, by the evidence.
#[pyfunction]
pub fn judge(py: Python<'_>, evidence: Batches) -> PyResult<Batch> {
    work(py, || learn::judge(&taken(evidence))).map(PyArrowType)
}

/// Fingerprints of a profile that a site of the task has without repeating them.
#[pyfunction]
pub fn not_repeated(py: Python<'_>, documents: Batches, profile: Batches) -> PyResult<Batch> {
    work(py, || {
        learn::not_repeated(&taken(documents), &taken(profile))
    })
    .map(PyArrowType)
}

/// A profile corrected by what sites have without repeating it.
#[pyfunction]
pub fn settle(py: Python<'_>, profile: Batches, not_repeated: Batches) -> PyResult<Batch> {
    work(py, || learn::settle(&taken(profile), &taken(not_repeated))).map(PyArrowType)
}

/// Times that are placeholders on the task's sites.
#[pyfunction]
pub fn placeholder_times(py: Python<'_>, documents: Batches) -> PyResult<Batch> {
    work(py, || placeholders::placeholder_times(&taken(documents))).map(PyArrowType)
}

/// Packs the hashes of documents for so many tasks.
#[pyfunction]
pub fn entries(py: Python<'_>, batches: Batches, tasks: u32) -> PyResult<Batch> {
    work(py, || stages::entries(&taken(batches), tasks)).map(PyArrowType)
}

/// Candidates by the packed hashes of one task.
#[pyfunction]
pub fn propose(py: Python<'_>, batches: Batches, all_pairs: bool) -> PyResult<Batch> {
    work(py, || stages::propose(&taken(batches), all_pairs)).map(PyArrowType)
}

/// The report of sites, from pairs across sites.
#[pyfunction]
pub fn sites(py: Python<'_>, batches: Batches) -> PyResult<Vec<Batch>> {
    let file = work(py, || stages::sites(&taken(batches)))?;
    rows_of_file(file)
}

/// The batches of a file of Arrow.
fn rows_of_file(file: Vec<u8>) -> PyResult<Vec<Batch>> {
    let unreadable = |error: ArrowError| RunError::new_err(error.to_string());
    let reader = FileReader::try_new(Cursor::new(file), None).map_err(unreadable)?;
    let batches = reader.map(|batch| batch.map(PyArrowType).map_err(unreadable));
    batches.collect()
}

/// The columns of the report of sites.
#[pyfunction]
pub fn sites_schema(py: Python<'_>) -> PyResult<PyArrowType<Schema>> {
    let file = work(py, || stages::sites(&[]))?;
    let reader = FileReader::try_new(Cursor::new(file), None);
    let reader = reader.map_err(|error| RunError::new_err(error.to_string()))?;
    Ok(PyArrowType(Schema::clone(&reader.schema())))
}

fn taken(batches: Batches) -> Vec<RecordBatch> {
    batches
        .into_iter()
        .map(|PyArrowType(batch)| batch)
        .collect()
}

/// Does the work of a task on one thread: Spark gives a task one core.
fn work<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, StageError> + Send,
) -> PyResult<T> {
    py.detach(|| {
        let pool = ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|error| RunError::new_err(error.to_string()))?;
        pool.install(work).map_err(failed)
    })
}

fn failed(error: StageError) -> PyErr {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        message = format!("{message}: {inner}");
        cause = inner.source();
    }
    RunError::new_err(message)
}
