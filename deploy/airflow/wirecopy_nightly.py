"""Every night: whose copy was republished in the articles of the day. For Airflow 3."""

from datetime import datetime, timedelta, timezone

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

STATE = "/var/lib/wirecopy"

# Exit status 3 says that outputs are whole and some records were rejected: done, for the metrics watch the rejects. The night is
# said with --as-of, so a second try writes what the first one wrote, however that ended.
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
    # The index takes the nights in order, one at a time.
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
