"""What became of each task on each host, and the recap, as one JSON object on stdout."""
import json

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: told
type: stdout
short_description: tasks and recap as JSON
description: [tasks and recap as JSON]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "told"

    def __init__(self):
        super().__init__()
        self.tasks = {}

    def tell(self, host, task, status, result=None):
        said = [host.get_name(), task.get_name().strip(), status]
        if result is not None and task.action in ("debug", "ansible.builtin.debug") and "msg" in result:
            said.append(result["msg"])
        self.tasks.setdefault(said[0], []).append(said[1:])

    def outcome(self, result, status):
        self.tell(result._host, result._task, status, result._result)

    def v2_runner_on_ok(self, result, **kwargs):
        self.outcome(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.outcome(result, "failed ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result):
        self.outcome(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self.outcome(result, "unreachable")

    def v2_playbook_on_include(self, included_file):
        for host in included_file._hosts:
            told = self.tasks.setdefault(host.get_name(), [])
            include = [included_file._task.get_name().strip(), "ok"]
            # One include of a loop is told for each of its items.
            if include not in told:
                told.append(include)

    def v2_playbook_on_stats(self, stats):
        recap = {host: stats.summarize(host) for host in sorted(stats.processed)}
        print(json.dumps({"tasks": self.tasks, "recap": recap}))
