"""An action that asks this Ansible what templates mean: cases.json of the playbook's folder, answers.json beside it."""
import json
import math

from ansible.module_utils._internal._datatag import AnsibleTagHelper
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template


def plain(value):
    """JSON's values and their Python types; a whole float shows as such."""
    value = AnsibleTagHelper.as_native_type(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and (math.isinf(value) or math.isnan(value) or value == int(value)):
        return {"__float__": str(value)}
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    return {"__type__": type(value).__name__}


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        basedir = self._loader.get_basedir()
        with open(basedir + "/cases.json", encoding="utf-8") as file:
            cases = json.load(file)
        blanks = {"trim_blocks": True, "lstrip_blocks": False, "newline_sequence": "\n"}
        ways = {
            "template": lambda text: self._templar.template(text),
            "condition": lambda text: self._templar.evaluate_conditional(text),
            "file": lambda text: self._templar.template(text, escape_backslashes=False, overrides=blanks),
        }
        answers = {}
        for case in cases:
            try:
                value = plain(ways[case["as"]](trust_as_template(case["text"])))
                if case["as"] == "file":
                    value = "" if value is None else value if isinstance(value, str) else {"__written__": str(value)}
                answers[case["name"]] = {"value": value}
            except Exception:  # each refusal is an answer
                answers[case["name"]] = {"refused": True}
        with open(basedir + "/answers.json", "w", encoding="utf-8") as file:
            json.dump(answers, file)
        return {"changed": False}
