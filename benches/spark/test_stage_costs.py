"""The costs of stages, from events as Spark logs them."""

from stage_costs import costs, most_stored, table


def task(stage: int, milliseconds: int, shuffled: int) -> dict:
    return {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": stage,
        "Task Info": {"Index": 0},
        "Task Metrics": {
            "Executor Run Time": milliseconds,
            "Shuffle Write Metrics": {"Shuffle Bytes Written": shuffled},
            "Disk Bytes Spilled": 0,
            "Peak Execution Memory": 0,
        },
    }


def job(stages: list[int], description: str | None) -> dict:
    properties = {"spark.job.description": description} if description else {}
    return {"Event": "SparkListenerJobStart", "Stage IDs": stages, "Properties": properties}


def test_tasks_belong_to_the_first_job_of_their_stage() -> None:
    log = [
        job([0, 1], "wirecopy: sign documents"),
        task(0, 1000, 500),
        task(0, 3000, 1500),
        job([1, 2], "wirecopy: number documents"),
        task(1, 500, 0),
        task(2, 250, 100),
        job([3], None),
        task(3, 0, 0),
    ]
    found = costs(iter(log))
    assert list(found) == ["sign documents", "number documents", "other"]
    assert found["sign documents"].seconds == [1.0, 3.0, 0.5]
    lines = table(found, documents=100).splitlines()
    assert lines[2] == "| sign documents | 3 | 4.5 | 2.0 | 20 | 0 | 0 |"
    assert lines[-1] == "| all | 5 | 4.8 | | 21 | 0 | 0 |"


def block(name: str, size: int) -> dict:
    info = {"Block ID": name, "Disk Size": size}
    return {"Event": "SparkListenerBlockUpdated", "Block Updated Info": info}


def test_stored_bytes_belong_to_the_stage_that_made_them_and_are_freed() -> None:
    def submitted(stage: int, rdds: list[int]) -> dict:
        info = {"Stage ID": stage, "RDD Info": [{"RDD ID": rdd} for rdd in rdds]}
        return {"Event": "SparkListenerStageSubmitted", "Stage Info": info}

    log = [
        job([0], "wirecopy: sign documents"),
        submitted(0, [7, 8]),
        block("rdd_7_0", 300),
        block("rdd_7_1", 500),
        block("broadcast_3", 900),
        task(0, 1000, 0),
        job([1], "wirecopy: number documents"),
        submitted(1, [7, 9]),
        block("rdd_9_0", 400),
        task(1, 1000, 0),
        {"Event": "SparkListenerUnpersistRDD", "RDD ID": 7},
        block("rdd_9_1", 500),
    ]
    found = costs(iter(log))
    assert found["sign documents"].stored == 800
    assert found["number documents"].stored == 900
    assert most_stored(iter(log)) == 1200
