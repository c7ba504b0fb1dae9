"""Stands in for OpenTofu where the commands are tested: deploys the tests' small deployment.

EVENTLEDGER_TEST_FOLDER  where it notes the local AWS's address
EVENTLEDGER_TEST_TOOL    `fail`: fails at the environment; `hang`: never ends there
"""

import os
import sys
import threading
from pathlib import Path

from deployment import Deployment

folder = Path(os.environ["EVENTLEDGER_TEST_FOLDER"])
behaviour = os.environ.get("EVENTLEDGER_TEST_TOOL")
part, command = sys.argv[1].rsplit("/", 1)[-1], sys.argv[2]  # -chdir=…/environments/dev apply
endpoint = os.environ["AWS_ENDPOINT_URL"]
(folder / "endpoint").write_text(endpoint)

if part == "bootstrap" and command == "apply":
    state = next(a for a in sys.argv if a.startswith("-state=")).removeprefix("-state=")
    Path(state).write_text('{"outputs": {"bucket": {"value": "state"}}}')
if part == "dev" and command == "apply":
    if behaviour == "fail":
        sys.exit("no such thing")
    if behaviour == "hang":
        (folder / "hanging").touch()
        threading.Event().wait()
    made = Deployment(endpoint)
    made.table()
    role = made.role()
    function = made.function("own-publish", role)
    made.api(function)
    made.mapping(function)
if part == "dev" and command in ("plan", "destroy"):
    (folder / command).touch()
