//! Several processes use one index at once: writers that wait, writers that try again, readers,
//! prune and compact.
//!
//! `WIRECOPY_SECONDS` is the length of the test in seconds (default 8).

use std::collections::BTreeSet;
use std::thread::{Scope, scope, sleep};
use std::time::{Duration, Instant};

use crate::common::nights::{Nights, number_from, said};

/// Threads that run the program at once, until a given time.
struct Race<'a> {
    nights: &'a Nights,
    until: Instant,
}

impl<'a> Race<'a> {
    fn is_running(&self) -> bool {
        Instant::now() < self.until
    }

    /// Repeats a command that must succeed and returns the number of runs.
    fn repeat<'scope>(
        &'scope self,
        threads: &'scope Scope<'scope, '_>,
        pause: Duration,
        command: &'scope [&'scope str],
    ) -> std::thread::ScopedJoinHandle<'scope, u64> {
        threads.spawn(move || {
            let mut times = 0;
            while self.is_running() {
                self.nights.must(command);
                times += 1;
                sleep(pause);
            }
            times
        })
    }

    /// Adds one document per run. Returns the number of documents, and of failures because another
    /// process was writing.
    fn write(&self, name: &str, more: &[&str]) -> (u64, u64) {
        let (input, output) = (format!("{name}.jsonl"), format!("{name}.csv"));
        let (mut added, mut busy) = (0, 0);
        while self.is_running() {
            let record = format!(
                "{{\"id\":\"{name}-{added}\",\"site\":\"{name}.example\",\
                 \"text\":\"{name} writes story number {added} \
                 on a day of which nobody else wrote, and says so\"}}\n"
            );
            self.nights.put(&input, record);
            let command = ["scan", &input, "--index", "index", "-o", &output, "-q"];
            let ran = self.nights.run(&[&command[..], more].concat());
            if ran.status.code() == Some(0) {
                added += 1;
                continue;
            }
            let message = said(&ran);
            let is_busy = ran.status.code() == Some(1)
                && message.contains("writes to the index in index; wait for it with --wait");
            assert!(is_busy && !more.contains(&"--wait"), "{name}: {message}");
            busy += 1;
        }
        (added, busy)
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "a long run prints its counts")]
fn several_processes_lose_nothing() {
    let nights = &Nights::new();
    nights.index("index", 1);
    let race = &Race {
        nights,
        until: Instant::now() + Duration::from_secs(number_from("WIRECOPY_SECONDS", 8)),
    };
    let ask = "scan second.jsonl --index index --no-add -o asked.csv -q";
    let ask: Vec<&str> = ask.split(' ').collect();
    let prune = ["index", "prune", "index", "--older-than", "30d", "--wait"];
    let (soon, often) = (Duration::ZERO, Duration::from_millis(150));
    let (waiting, trying, times) = scope(|threads| {
        let waiting = threads.spawn(|| race.write("waiting", &["--wait"]));
        let trying = threads.spawn(|| race.write("trying", &[]));
        // Documents that prune removes.
        let old = threads.spawn(|| race.write("old", &["--wait", "--as-of", "2026-01-01"]));
        let repeated = [
            race.repeat(threads, soon, &["index", "info", "index"]),
            race.repeat(threads, soon, &["index", "verify", "index"]),
            race.repeat(
                threads,
                soon,
                &["index", "export", "index", "-o", "all.jsonl"],
            ),
            race.repeat(threads, soon, &ask),
            race.repeat(threads, often, &["index", "compact", "index", "--wait"]),
            race.repeat(threads, often, &prune),
        ];
        let times = repeated.map(|thread| thread.join().expect("the thread ends"));
        old.join().expect("the thread ends");
        let [waiting, trying] =
            [waiting, trying].map(|thread| thread.join().expect("the thread ends"));
        (waiting, trying, times)
    });
    assert!(
        waiting.0 > 0 && trying.0 > 0 && times.iter().all(|&times| times > 0),
        "{waiting:?} {trying:?} {times:?}"
    );
    nights.must(&prune);
    nights.assert_tidy("afterwards");
    let exported = nights.must(&["index", "export", "index"]);
    let ids = exported.lines().map(|line| {
        let id = line
            .strip_prefix("{\"id\":\"")
            .and_then(|rest| rest.split_once('"'));
        id.expect("a record begins with its id").0.to_owned()
    });
    let ids: Vec<String> = ids.collect();
    let expected = (0..waiting.0).map(|number| format!("waiting-{number}"));
    let expected = expected.chain((0..trying.0).map(|number| format!("trying-{number}")));
    assert_eq!(
        ids.iter().cloned().collect::<BTreeSet<_>>(),
        expected.collect()
    );
    assert_eq!(
        ids.len() as u64,
        waiting.0 + trying.0,
        "no document is in the index twice"
    );
    println!(
        "added {} waiting, {} trying ({} times busy); \
         info, verify, export, ask, compact, prune: {times:?} times",
        waiting.0, trying.0, trying.1
    );
}
