"""Questions as JSON on stdin, rulings as JSON on stdout. See referee.ts for their shape."""
import json
import os
import sys
import tempfile
import traceback

questions = json.load(sys.stdin)
# Ansible wants a terminal or a file there, and must not wait for an answer.
os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
os.chdir("/case")

from ansible.cli.adhoc import AdHocCLI  # noqa: E402
from ansible.cli.doc import DocCLI  # noqa: E402
from ansible.cli.inventory import InventoryCLI  # noqa: E402
from ansible.cli.playbook import PlaybookCLI  # noqa: E402

commands = {"ansible": AdHocCLI, "ansible-doc": DocCLI, "ansible-inventory": InventoryCLI, "ansible-playbook": PlaybookCLI}


def answer(question, out, err):
    """In a process of its own: Ansible keeps much in globals."""
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.chdir(os.path.join("/case", question.get("cwd", ".")))
    sys.argv = question["argv"]
    try:
        commands[question["argv"][0]].cli_executor(question["argv"])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 250
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def ask(question):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            answer(question, out, err)
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return {"code": os.waitstatus_to_exitcode(status), "stdout": texts[0], "stderr": texts[1]}


json.dump([ask(question) for question in questions], sys.stdout)
