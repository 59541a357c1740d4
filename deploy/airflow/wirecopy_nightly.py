"""Finds whose copy was republished in the articles of the day, every night. For Airflow 3."""

from datetime import datetime, timedelta, timezone

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

STATE = "/var/lib/wirecopy"

# Exit status 3 means that the outputs are complete and some records were rejected. The task counts
# as done, because the alerts watch the rejects. --as-of names the night, so a retry writes the same
# outputs, however the first try ended.
SCAN = r"""
wirecopy scan "tonight/{{ ds }}.jsonl" \
    --config /etc/wirecopy.toml \
    --index index --keep 90d --as-of {{ ds }} \
    -o "pairs/{{ ds }}.csv" --clusters "pairs/{{ ds }}-clusters.csv" \
    --rejects "runs/{{ ds }}-rejects.csv" --summary "runs/{{ ds }}.json" \
    --metrics metrics/wirecopy.prom || test $? -eq 3
"""

with DAG(
    dag_id="wirecopy_nightly",
    description="Who republished whose copy",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    # The index needs the nights in order, one at a time.
    catchup=False,
    max_active_runs=1,
    default_args={"depends_on_past": False},
    tags=["wirecopy"],
):
    BashOperator(
        task_id="scan",
        bash_command=SCAN,
        cwd=STATE,
        append_env=True,
        retries=2,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=6),
    )
