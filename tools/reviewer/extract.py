"""Reads tool definitions out of fetched files: `extract.py ORIGINS FILES OUT`.

ORIGINS is origins.json, FILES holds a folder OWNER+NAME for each repository, OUT gets a JSONL file
for each source. Sources are read as text, nothing of them is run. YAML was made JSON beforehand.
"""
import ast
import json
import os
import re
import sys

from python_tools import python_tools

EMPTY = {"type": "object"}


def named(name, description, schema=EMPTY):
    return {"name": name, "description": description, "inputSchema": schema}


def server_of(path):
    return os.path.basename(path)[:-3]


def docker(path, text):
    read = json.loads(text)
    for tool in read if isinstance(read, list) else read.get("tools", []):
        kept = ("name", "description", "annotations", "title")
        definition = {key: tool[key] for key in kept if tool.get(key)}
        definition["inputSchema"] = tool.get("inputSchema") or docker_schema(tool.get("arguments"))
        yield 0, "real", path.split("/")[1], definition


def docker_schema(arguments):
    properties = {}
    for one in arguments or []:
        said = one.get("desc") or one.get("description") or ""
        properties[one["name"]] = {"type": one.get("type") or "string", "description": said}
        if one.get("items"):
            properties[one["name"]]["items"] = one["items"]
    return {"type": "object", "properties": properties}


def livemcpbench(path, text):
    for server in json.loads(text):
        for key, listed in server["tools"].items():
            for tool in listed.get("tools", []):
                yield 0, "real", key, {name: it for name, it in tool.items() if it is not None}


def github(path, text):
    yield 0, "real", "github", json.loads(text)


def awslabs(path, text):
    for tool in python_tools(text):
        if tool["description"]:
            yield 0, "real", path.split("/")[1], tool


def google(path, text):
    for tool in python_tools(text):
        if tool["description"]:
            yield 0, "real", server_of(path), tool


def cisco(path, text):
    bad = "malicious" in path
    for tool in python_tools(text):
        yield int(bad), "declared-malice" if bad else "synthetic", server_of(path), tool


def mcpproxy(path, text):
    for entry in json.loads(text)["entries"]:
        if entry["provenance"].get("source") == "DVMCP":
            continue
        tool = entry.get("tool") or named(entry["id"], entry["description"])
        if "security_corpus" in path:
            tool = named("tool", entry["description"])
        bad = entry["label"] == "malicious"
        yield int(bad), entry["category"], entry.get("server", "s"), tool


ON_DESCRIPTIONS = {
    "important-tag-shadowing", "consent-bypass-instruction", "trust-escalation-override",
    "hidden-llm-instructions", "silent-action-instruction", "schema-description-mismatch",
    "disguised-analytics-collection", "delayed-execution-bypass", "persona-hijacking",
}


def threat_rules(path, text):
    rule = json.loads(text)
    family = (rule.get("tags") or {}).get("subcategory")
    if family not in ON_DESCRIPTIONS:
        return
    for key, label in (("true_positives", 1), ("true_negatives", 0)):
        for case in (rule.get("test_cases") or {}).get(key) or []:
            said = case.get("tool_description") or case.get("input")
            if isinstance(said, dict):
                said = said.get("tool_description") or said.get("content")
            if isinstance(said, str) and len(said.split()) >= 5:
                yield label, family, "s", named("tool", said)


def poisoned(pattern, label="poisoned", every=False):
    """Python tools whose description has the pattern; with `every`, the others are benign."""

    def read(path, text):
        for tool in python_tools(text):
            bad = re.search(pattern, tool["description"]) is not None
            if bad or every:
                yield int(bad), label, "s", tool

    return read


def scenarios(path, text):
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Scenario":
            for keyword in call.keywords:
                if keyword.arg == "description_override":
                    for name, said in ast.literal_eval(keyword.value).items():
                        yield 1, "poisoned", "s", named(name, said)


SAFE_MCP_BAD = {
    "data_processor", "api_client", "analyzer", "formatter", "Summarizer", "Recommender", "helper",
}


def safe_mcp(path, text):
    text = text.strip()
    lines = json.loads(text) if text.startswith("[") else map(json.loads, text.split("\n"))
    for entry in lines:
        said = entry.get("tool_description") or entry["metadata"]["description"]
        name = entry["tool_name"]
        yield int(name in SAFE_MCP_BAD), "poisoned", "s", named(name, said)


BENIGN_TEST = "no_finding|not_flag|not_detect|clean|benign|no_false|legit"


def shield_strings(function):
    for node in ast.walk(function):
        if isinstance(node, ast.keyword) and node.arg == "description":
            yield node.value
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                if isinstance(key, ast.Constant) and key.value == "description":
                    yield value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("_tool", "make_tool", "_make_tool", "tool"):
                yield from (
                    it for it in node.args if isinstance(it, ast.Constant) and " " in str(it.value)
                )


def mcp_shield(path, text):
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
            continue
        bad = re.search(BENIGN_TEST, function.name) is None
        for node in shield_strings(function):
            said = node.value if isinstance(node, ast.Constant) else None
            if isinstance(said, str) and len(said) > 15:
                yield int(bad), function.name[5:], "s", named("tool", said)


def mcp_poison(path, text):
    name = os.path.basename(path)[:-5]
    read = json.loads(text)
    for tool in read.get("tools", [read]) if isinstance(read, dict) else read:
        yield int("clean" not in name), "poisoned", name, tool


QUOTED = r"(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`\\]|\\.)*`)"
SHOWN = {"n": "\n", "t": "\t"}


def unquote(written):
    escape = r"\\u\{([0-9a-fA-F]+)\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)"

    def plain(match):
        digits = match[1] or match[2] or match[3]
        return chr(int(digits, 16)) if digits else SHOWN.get(match[4], match[4])

    parts = re.findall(QUOTED, written, re.S)
    return "".join(re.sub(escape, plain, part[1:-1], flags=re.S) for part in parts)


def agent_defenders(path, text):
    pair = rf"name:\s*({QUOTED}),\s*description:\s*({QUOTED}(?:\s*\+\s*{QUOTED})*)"
    for group in re.split(r"\ndescribe\(", text):
        title = unquote((re.match(QUOTED, group) or [""])[0])
        if not re.match("tool-poisoning|prompt-injection", title):
            continue
        for case in re.split(r"\n  it\(", group)[1:]:
            if re.search(r"toBe\(false\)|toHaveLength\(0\)", case):
                continue
            for match in re.finditer(pair, case, re.S):
                said = unquote(match[2])
                if len(said.split()) >= 4:
                    yield 1, title.split(" ")[0], "s", named(unquote(match[1]), said)


READERS = {
    "docker-registry": docker, "livemcpbench": livemcpbench, "github": github,
    "awslabs": awslabs, "google-security": google, "cisco": cisco, "mcpproxy": mcpproxy,
    "atr": threat_rules, "dvmcp": poisoned("<HIDDEN>|<IMPORTANT>"),
    "mcpsecbench": poisoned(r"(?i)\[important\]|before execute", "shadowing"),
    "tool-poisoning-bench": scenarios, "safe-mcp": safe_mcp,
    "mcp-scan": poisoned("PRIVATE", every=True),
    "injection-experiments": poisoned(r"(?i)<important>|must|do not|always"),
    "mcp-shield": mcp_shield,
    "vulnerable-mcp": poisoned("must also call|INST\\]|<!--|\\u200b"),
    "mcp-poison": mcp_poison, "agent-defenders": agent_defenders,
}


def text_of(folder, path):
    converted = os.path.join(folder, path + ".json")
    chosen = converted if os.path.exists(converted) else os.path.join(folder, path)
    with open(chosen, encoding="utf8", errors="replace", newline="") as file:
        return file.read()


def rows_of(origin, files):
    folder = os.path.join(files, origin["repo"].replace("/", "+"))
    for path in origin["paths"]:
        rows = READERS[origin["source"]](path, text_of(folder, path))
        for label, family, server, definition in rows:
            if isinstance(definition, dict) and definition.get("name"):
                yield {
                    "source": origin["source"], "origin": "github:" + origin["repo"],
                    "commit": origin["commit"], "path": path, "licence": origin["licence"],
                    "label": label, "family": family, "server": server, "definition": definition,
                }


def main(origins, files, out):
    with open(origins, encoding="utf8") as file:
        listed = json.load(file)
    seen, found = set(), {}
    for origin in listed:
        for row in rows_of(origin, files):
            key = json.dumps(row["definition"], sort_keys=True)
            if key not in seen:
                seen.add(key)
                found.setdefault(row["source"], []).append(json.dumps(row, ensure_ascii=False))
    for source, lines in found.items():
        with open(os.path.join(out, source + ".jsonl"), "w", encoding="utf8", newline="") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
