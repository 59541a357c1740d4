"""Compares labels and measures with other tools; see scripts/test-labels."""

import csv
import json
import os
import random
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import krippendorff
import numpy
import pandas
from dedupe import serializer
from label_studio_sdk.converter import Converter
from sklearn.metrics import adjusted_rand_score, cohen_kappa_score
from sklearn.metrics.cluster import contingency_matrix

WIRECOPY = os.environ["WIRECOPY"]
CORPUS = Path(__file__).resolve().parents[2] / "data" / "newsroom.jsonl"
CONFIG = """<View><Text name="a" value="$text_a"/><Text name="b" value="$text_b"/>
<Choices name="verdict" toName="a"><Choice value="same"/><Choice value="different"/></Choices>
</View>"""
# Output has four decimals.
CLOSE = 5.1e-5


def tune(*flags):
    """Returns the results of tuning as JSON."""
    command = [WIRECOPY, "tune", CORPUS, "--format", "json", "-q", *map(str, flags)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def compare(name, found, expected):
    """Fails unless two numbers are the same, or both are unknown."""
    same = found is None if expected is None else found is not None
    if same and expected is not None:
        same = abs(found - expected) < CLOSE
    assert same, f"{name}: {found} instead of {expected}"


def write_labels(path, rows):
    with path.open("w", newline="") as out:
        table = csv.writer(out, delimiter=";")
        table.writerow(["id_a", "id_b", "label", "annotator"])
        table.writerows(rows)


# --- measures ---


def check_agreement(place, pairs, chosen):
    """Two people who labelled all pairs, and four who labelled some."""
    for people, share in ((2, 1.0), (4, 0.6)):
        said = {}
        for pair in pairs:
            truth = chosen.random() < 0.4
            for person in range(people):
                if chosen.random() < share:
                    said[pair, person] = truth != (chosen.random() < 0.2)
        write_labels(
            place / "labels.csv",
            [[*pair, int(label), f"p{person}"] for (pair, person), label in said.items()],
        )
        found = tune("--labels", place / "labels.csv", "--majority")["people"]["agreement"]
        grid = numpy.full((people, len(pairs)), numpy.nan)
        for at, pair in enumerate(pairs):
            for person in range(people):
                if (pair, person) in said:
                    grid[person, at] = said[pair, person]
        several = grid[:, (~numpy.isnan(grid)).sum(axis=0) > 1]
        alpha = krippendorff.alpha(reliability_data=several, level_of_measurement="nominal")
        compare("alpha", found["krippendorff_alpha"], alpha)
        kappa = cohen_kappa_score(*several) if people == 2 else None
        compare("kappa", found["cohen_kappa"], kappa)
        assert found["pairs"] == several.shape[1]


def check_clusters(place, ids, chosen):
    """Clusters by chance, compared with those of a scan."""
    members = place / "members.csv"
    for clusters in (3, 40, 1000):
        gold = {id: chosen.randrange(clusters) for id in ids}
        with (place / "gold.csv").open("w") as out:
            print("id,cluster", *(f"{id},c{n}" for id, n in gold.items()), sep="\n", file=out)
        command = [WIRECOPY, "scan", CORPUS, "-q", "--recall", "1", "--members", members]
        subprocess.run([*command, "-o", place / "pairs.csv"], check=True)
        found = {id: f"alone {id}" for id in ids}
        rows = pandas.read_csv(members, dtype=str)
        # A document that shares a part with several clusters belongs to the earliest of them.
        published = dict(zip(rows["id"], rows["published"]))
        rows["part"] = rows["role"].isin(["excerpt", "digest"])
        rows["first"] = rows["cluster"].map(published)
        rows = rows.sort_values(["part", "first", "cluster"]).drop_duplicates("id")
        found.update(zip(rows["id"], rows["cluster"]))
        first = tune("--labels", place / "gold.csv", "--recall", "1")["choices"][0]
        truth, guess = [gold[id] for id in ids], [found[id] for id in ids]
        clustered = first["clustered"]
        compare("ARI", clustered["adjusted_rand"], adjusted_rand_score(truth, guess))
        both = contingency_matrix(truth, guess).astype(float)
        squared = both**2
        precision = (squared / both.sum(axis=0, keepdims=True)).sum() / both.sum()
        recall = (squared / both.sum(axis=1, keepdims=True)).sum() / both.sum()
        compare("B-cubed precision", clustered["bcubed_precision"], precision)
        compare("B-cubed recall", clustered["bcubed_recall"], recall)
        pairs = pandas.read_csv(place / "pairs.csv", dtype=str)
        right = sum(gold[a] == gold[b] for a, b in zip(pairs["id_a"], pairs["id_b"]))
        assert first["labelled"]["true_positives"] == right
        assert first["labelled"]["false_positives"] == len(pairs) - right


# --- exports ---


def check_export(name, file, copies, others, *flags):
    labels = tune("--labels", file, *flags)["labels"]
    found = (labels["copies"], labels["others"], labels["missing"])
    assert found == (copies, others, 0), f"{name}: {found}"


def check_dedupe(place, texts):
    a, b, c, d = [{"id": id, "text": text} for id, text in texts[:4]]
    training = {"distinct": [(a, b), (c, d)], "match": [(a, c)]}
    with (place / "training.json").open("w") as out:
        serializer.write_training(training, out)
    check_export("dedupe", place / "training.json", 1, 2)
    for record in (a, b, c, d):
        del record["id"]
    with (place / "training.json").open("w") as out:
        serializer.write_training(training, out)
    check_export("dedupe without ids", place / "training.json", 1, 2)


def check_label_studio(place, texts):
    tasks = []
    for number in range(4):
        (id_a, text_a), (id_b, text_b) = texts[2 * number : 2 * number + 2]
        label = "same" if number % 2 else "different"
        result = {
            "from_name": "verdict",
            "to_name": "a",
            "type": "choices",
            "value": {"choices": [label]},
        }
        annotation = {"id": number, "completed_by": 1, "result": [result], "created_at": "2026"}
        data = {"id_a": id_a, "id_b": id_b, "text_a": text_a, "text_b": text_b}
        tasks.append({"id": number, "data": data, "annotations": [annotation]})
    source = place / "tasks"
    source.mkdir()
    (source / "tasks.json").write_text(json.dumps(tasks))
    check_export("Label Studio", source / "tasks.json", 2, 2)
    converter = Converter(CONFIG, str(place), download_resources=False)
    for form in ("CSV", "TSV", "JSON", "JSON_MIN"):
        out = place / form
        converter.convert(str(source), str(out), form)
        (file,) = [file for file in out.rglob("*") if file.is_file()]
        check_export(f"Label Studio {form}", file, 2, 2, "--label-column", "verdict")


def check_splink(place, texts):
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as compared

    labels = pandas.DataFrame(
        [
            ("all", texts[0][0], "all", texts[1][0], 1.0),
            ("all", texts[2][0], "all", texts[3][0], 0.0),
            ("all", texts[4][0], "all", texts[5][0], 0.97),
        ],
        columns=[
            "source_dataset_l",
            "unique_id_l",
            "source_dataset_r",
            "unique_id_r",
            "clerical_match_score",
        ],
    )
    documents = pandas.DataFrame(texts, columns=["unique_id", "text"])
    documents["source_dataset"] = "all"
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[compared.ExactMatch("text")],
        blocking_rules_to_generate_predictions=[block_on("text")],
    )
    splink = DuckDBAPI()
    linker = Linker(splink.register(documents), settings)
    # Splink refuses a table that lacks a column.
    registered = linker.table_management.register_labels_table(splink.register(labels))
    labels = registered.as_pandas_dataframe()
    labels.to_csv(place / "splink.csv", index=False)
    check_export("Splink", place / "splink.csv", 2, 1)


def main():
    chosen = random.Random(11)
    with CORPUS.open() as lines:
        records = [json.loads(line) for line in lines]
    by_text = defaultdict(list)
    for record in records:
        by_text[record["text"]].append(record["id"])
    ids = [record["id"] for record in records]
    texts = [(found[0], text) for text, found in by_text.items() if len(found) == 1]
    pairs = sorted({tuple(sorted(chosen.sample(ids, 2))) for _ in range(80)})
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        check_agreement(place, pairs, chosen)
        check_clusters(place, ids, chosen)
        check_dedupe(place, texts)
        check_label_studio(place, texts)
        check_splink(place, texts)
    print("labels of all tools are read, and all measures agree")


if __name__ == "__main__":
    main()
