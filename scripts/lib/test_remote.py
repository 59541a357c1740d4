"""Reads the sample newsroom from servers of S3, Google Cloud Storage and Azure, and compares."""

import gzip
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from azure.storage.blob import BlobServiceClient
from moto.server import ThreadedMotoServer

WIRECOPY = os.environ["WIRECOPY"]
ROOT = Path(__file__).resolve().parents[2]
NEWSROOM = ROOT / "data" / "newsroom.jsonl"
# The account that every azurite has, and its key, which is public.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def port():
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(number):
    """Waits until a server listens."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", number), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"no server listens on port {number}")


def files():
    """The corpus in several containers. The padding makes them longer than what is looked at."""
    lines = NEWSROOM.read_text().splitlines()
    records = [json.loads(line) for line in lines if line.strip()]
    padding = os.urandom(300_000).hex()
    padded = [
        {**record, "padding": padding[n % 1000 :][:20_000]} for n, record in enumerate(records)
    ]
    text = "".join(json.dumps(record) + "\n" for record in padded).encode()
    parquet = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(padded), parquet, row_group_size=max(1, len(padded) // 3))
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner/all.jsonl", text)
        file.seek(0)
        packed = file.read()
    half = len(records) // 2
    parts = [records[:half], records[half:]]
    return {
        "whole/all.jsonl": text,
        "whole/all.jsonl.gz": gzip.compress(text),
        "whole/all.parquet": parquet.getvalue().to_pybytes(),
        "whole/all.zip": packed,
        "whole/with space & 100%.jsonl": text,
        "night/1.jsonl": "".join(json.dumps(record) + "\n" for record in parts[0]).encode(),
        "night/2.jsonl": "".join(json.dumps(record) + "\n" for record in parts[1]).encode(),
        "night/.hidden/x.jsonl": b"not json\n",
        "many/notes.pdf": b"%PDF-1.7 nothing",
        **{f"many/{n:04}.jsonl": (lines[n % len(lines)] + "\n").encode() for n in range(1100)},
    }


def scan(inputs, **environment):
    """Runs a scan, and returns its status, its pairs and what it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    run = subprocess.run(
        [WIRECOPY, "scan", *inputs],
        env={**clean, **environment},
        capture_output=True,
        timeout=300,
    )
    return run.returncode, run.stdout, run.stderr.decode()


def check(service, bucket, environment, denied):
    """Checks the inputs of one service."""
    status, expected, said = scan([str(NEWSROOM)])
    assert status == 0, said
    tried = [name for name in FILES if name.startswith("whole/")]
    tried += ["night/", "night", "night/*.jsonl", "*/[12].jsonl"]
    for name in tried:
        started = time.monotonic()
        status, pairs, said = scan([f"{bucket}/{name}"], **environment)
        assert status == 0, f"{bucket}/{name}: {said}"
        assert pairs == expected, f"{bucket}/{name}: {said}"
        print(f"{service}: {name} gives the same pairs ({time.monotonic() - started:.1f} s)")
    started = time.monotonic()
    status, pairs, said = scan([f"{bucket}/many/"], **environment)
    assert status in (0, 3) and "notes.pdf" in said, said
    print(f"{service}: 1,101 small objects are read ({time.monotonic() - started:.1f} s)")
    for name in ["none.jsonl", "none/", "none*/x"]:
        status, pairs, said = scan([f"{bucket}/{name}"], **environment)
        assert status == 1 and "there is no" in said, f"{name}: {status} {said}"
    if denied:
        status, pairs, said = scan([f"{bucket}/night/1.jsonl"], **denied)
        assert status == 1 and not pairs, said
        assert "denied" in said or "credentials" in said or "set " in said, said
        print(f"{service}: {said.splitlines()[0]}")


def moto():
    """Starts moto with the corpus, and returns the server, its address and a client."""
    number = port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=number, verbose=False)
    server.start()
    endpoint = f"http://127.0.0.1:{number}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret-of-s3",
    )
    client.create_bucket(Bucket="news", ACL="public-read")
    for name, content in FILES.items():
        client.put_object(Bucket="news", Key=name, Body=content, ACL="public-read")
    client.put_object(Bucket="news", Key="night/", Body=b"")
    return server, endpoint, client


def s3():
    server, endpoint, client = moto()
    try:
        environment = {
            "AWS_ENDPOINT": endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret-of-s3",
        }
        check("S3", "s3://news", environment, None)
        signed = client.generate_presigned_url(
            "get_object", Params={"Bucket": "news", "Key": "whole/all.jsonl.gz"}
        )
        status, pairs, said = scan([signed])
        assert status == 0 and pairs == scan([str(NEWSROOM)])[1], said
        assert "Signature" not in said, said
        print("S3: a signed address gives the same pairs")
    finally:
        server.stop()


def azure():
    number = port()
    with tempfile.TemporaryDirectory() as folder:
        arguments = [os.environ["AZURITE"], "--silent", "--skipApiVersionCheck"]
        arguments += ["--location", folder, "--blobPort", str(number)]
        server = subprocess.Popen(arguments)
        try:
            wait_for(number)
            endpoint = f"http://127.0.0.1:{number}/{ACCOUNT}"
            client = BlobServiceClient(endpoint, credential=KEY)
            container = client.create_container("news")
            for name, content in FILES.items():
                container.upload_blob(name, content)
            environment = {
                "AZURE_STORAGE_ENDPOINT": endpoint,
                "AZURE_ALLOW_HTTP": "true",
                "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
                "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            }
            other = {**environment, "AZURE_STORAGE_ACCOUNT_KEY": "bm90IHRoZSBrZXk="}
            check("Azure", "az://news", environment, other)
        finally:
            server.terminate()
            server.wait()


def google():
    """The XML interface of Google Cloud Storage is that of S3, so moto stands for it too. The
    emulators that pip and npm offer lack it."""
    server, endpoint, _ = moto()
    try:
        environment = {
            "GOOGLE_BASE_URL": endpoint,
            "GOOGLE_ALLOW_HTTP": "true",
            "GOOGLE_SKIP_SIGNATURE": "true",
        }
        check("Google", "gs://news", environment, None)
    finally:
        server.stop()


logging.getLogger("werkzeug").setLevel(logging.ERROR)
FILES = files()
for test in [s3, azure, google]:
    if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
        test()
print("remote inputs: all checks passed")
