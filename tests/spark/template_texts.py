"""Texts of pod templates as people and programs write them, right and wrong: text from the start, never written data."""

import re
from pathlib import Path

from hypothesis import strategies as st

_FILE = Path(__file__).with_name("template_fragments.txt")


def _fragments() -> dict[str, list[str]]:
    """The file's sections, by name."""
    sections: dict[str, list[str]] = {}
    for line in _FILE.read_text("utf-8").split("\n"):
        if line.startswith("== "):
            section = sections.setdefault(line[3:], [])
        elif line.startswith("¦ "):
            section += [_restored(fragment) for fragment in line[2:-2].split(" ¦ ")]
    return sections


def _restored(fragment: str) -> str:
    text = fragment.replace("⏎", "\n").replace("⇥", "\t")
    return re.sub("«([0-9a-f]+)»", lambda mark: chr(int(mark[1], 16)), text)


FRAGMENTS = _fragments()


def _any(*sections: str) -> st.SearchStrategy[str]:
    return st.sampled_from([fragment for section in sections for fragment in FRAGMENTS[section]])


_noise = st.text(alphabet="a1e0 .:-#'\"\t[]{}_+?&*!|>%@`,~/\\\n", max_size=6)
_digits = st.from_regex(r"[-+]?[0-9]{0,4}(\.[0-9]{0,3})?([eE][-+]?[0-9]{1,3})?", fullmatch=True)
_plain = _any("words", "phrases", "quoted") | _digits
_texts = _plain | _plain | _any("over several lines", "collections") | _noise
_nothing = st.just("")
_good_key = st.sampled_from(["a", "b", "team", "example.com/tier"])
_good_number = st.sampled_from(["5", "'5'", "1e3"])
_good = st.sampled_from(["a", "us-east-1a", "'5'", '"yes"', "1e3", "007"])
_number = _good_number | _any("numbers") | _digits
_amount = _any("quantities")


def _placed(text: str, indent: int) -> str:
    return text.replace(">>", " " * indent)


@st.composite
def _entries(draw: st.DrawFn, indent: int, values: st.SearchStrategy[str]) -> str:
    """Keys and values below one another, or in braces; most keys are different."""
    keys = draw(st.lists(_good_key | _good_key | _any("keys"), min_size=1, max_size=3, unique=True))
    given = [(key, draw(values)) for key in keys]
    if draw(st.integers(0, 4)) == 0:
        return " {" + ", ".join(f"{key}: {_placed(value, indent)}" for key, value in given) + "}\n"
    between = draw(st.sampled_from([": ", ": ", ": ", ":  ", ":\t", " : ", ":", ": # c\n" + " " * (indent + 1)]))
    return "\n" + "".join(f"{' ' * indent}{key}{between}{_placed(value, indent + 2)}\n" for key, value in given)


@st.composite
def _spec(draw: st.DrawFn) -> str:
    one = _good | _texts
    parts = [
        f"  nodeSelector:{draw(_entries(4, one))}",
        f"  priority: {draw(_number)}\n",
        f"  enableServiceLinks: {draw(_any('truth values'))}\n",
        f"  schedulerName: {_placed(draw(one), 4)}\n",
        f"  tolerations:\n  - key: {_placed(draw(one), 6)}\n    tolerationSeconds: {draw(_number)}\n",
        f"  tolerations: [{{key: {_placed(draw(_good | _plain), 4)}, tolerationSeconds: {draw(_number)}}}]\n",
        f"  containers:\n  - name: spark-kubernetes-driver\n    env:\n    - name: A\n      value: {_placed(draw(one), 8)}\n",
        f"  containers:\n  - args: [{draw(_good | _plain)}, {draw(_good | _plain)}]\n",
        f"  containers:\n  -   args:\n      - {_placed(draw(one), 8)}\n      - {_placed(draw(one), 8)}\n",
        f"  containers: [{{resources: {{requests: {{cpu: {draw(_amount)}}}}}}}]\n",
        f"  containers: {draw(st.sampled_from(['', '[]', '[null]', '{}', '[{}]', '[{}, null]', 'null', '~']))}\n",
        f"  unknown: {_placed(draw(one), 4)}\n",
        f"  overhead:{draw(_entries(4, _amount))}",
    ]  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(parts), max_size=3, unique_by=lambda part: part.split(":")[0]))
    return "spec:" + ("\n" + "".join(chosen) if chosen else draw(st.sampled_from([" {}\n", " {}\n", "\n", " []\n"])))


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    """YAML of about the form of a Pod."""
    one = _good | _texts
    parts = ["apiVersion: v1\n", f"kind: {draw(st.sampled_from(['Pod', 'Pod', 'Pod', 'Deployment', '7', '1e3']))}\n"]
    if draw(st.booleans()):
        labels = f"  labels:{draw(_entries(4, one))}"
        annotations = f"  annotations:{draw(_entries(4, one))}"
        parts.append("metadata:\n" + draw(st.sampled_from([labels, annotations, annotations + labels])))
    parts.append(draw(_spec()))
    if draw(st.integers(0, 9)) == 0:
        parts.append(
            draw(st.sampled_from(["<<: {spec: {priority: 5}}\n", "x: &x a\n", "5: a\n", "kind: Pod\n", "? a\n: b\n"]))
        )
    text = "".join(draw(st.permutations(parts)))
    text = draw(_nothing | _any("before")) + text + draw(_nothing | _any("after"))
    return draw(st.sampled_from([text, text, text, text.rstrip(), text.replace("\n", "\r\n")]))


_good_json = st.sampled_from(['"5"', "5", "null", "true", "1.50"])


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """JSON of about the form of a Pod, which Spark's client tells by the first bracket."""
    label, value = draw(_good_json | _any("json")), draw(_good_json | _any("json"))
    part = draw(
        st.sampled_from(
            ['"priority":%s', '"enableServiceLinks":%s', '"nodeSelector":{"a":%s}', '"x":%s', '"overhead":{"cpu":%s}']
        )
    )
    text = f'{{"kind":"Pod","metadata":{{"labels":{{"a":{label}}}}},"spec":{{{part % value}}}}}'
    before = draw(st.sampled_from(["", "", "", "", "", "", "\n ", "\f", "---\n", "# c\n", "\ufeff", "["]))
    return before + text + draw(st.sampled_from(["", "", "\n", " x", "\n---\na: b\n", ",", "}", "# c"]))
