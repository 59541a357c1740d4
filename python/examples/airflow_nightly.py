"""Finds whose copy was republished in the articles of the day, every night. For Airflow 3 with the
Python package of wirecopy."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow.sdk import dag, task

STATE = Path("/var/lib/wirecopy")


@dag(
    dag_id="wirecopy_nightly_python",
    description="Who republished whose copy",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    # The index needs the nights in order, one at a time.
    catchup=False,
    max_active_runs=1,
    tags=["wirecopy"],
)
def wirecopy_nightly() -> None:
    @task(
        retries=2,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=6),
    )
    def scan(ds: str | None = None) -> dict[str, int]:
        """Scans the articles of the day, and returns how many pairs it found."""
        import wirecopy  # Here, because Airflow reads this file all the time.

        # The files and the index change together or not at all. as_of names the night, so a retry
        # writes the same files, however the first try ended.
        tonight = wirecopy.Index(STATE / "index").scan(
            STATE / "tonight" / f"{ds}.jsonl",
            as_of=ds,
            keep="90d",
            fail_if_empty=True,
            max_rejects=1000,
            output=STATE / "pairs" / f"{ds}.csv",
            clusters=STATE / "pairs" / f"{ds}-clusters.csv",
            rejects=STATE / "runs" / f"{ds}-rejects.csv",
            summary=STATE / "runs" / f"{ds}.json",
            metrics=STATE / "metrics" / "wirecopy.prom",
        )
        found: dict[str, int] = tonight.summary["found"]
        return found

    scan()


wirecopy_nightly()
