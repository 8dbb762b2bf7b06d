"""Definitions of tools that Python sources declare. Sources are parsed and never run."""
import ast

TYPES = {
    "str": "string", "int": "integer", "float": "number", "bool": "boolean",
    "dict": "object", "list": "array", "Dict": "object", "List": "array",
}


def type_of(annotation):
    written = "str" if annotation is None else ast.unparse(annotation)
    for name, kind in TYPES.items():
        if written.startswith(name) or f"[{name}" in written:
            return kind
    return "string"


def literal(node, otherwise):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return otherwise


def described(node):
    """What `Field(description=...)` says, anywhere within an annotation or a default."""
    keywords = [it for it in ast.walk(node) if isinstance(it, ast.keyword)]
    texts = [literal(it.value, None) for it in keywords if it.arg == "description"]
    return next((text for text in reversed(texts) if text is not None), None)


def parameters(arguments):
    found = {}
    for argument in arguments.args:
        written = "" if argument.annotation is None else ast.unparse(argument.annotation)
        if argument.arg == "self" or (argument.arg in ("ctx", "context") and "Context" in written):
            continue
        found[argument.arg] = {"type": type_of(argument.annotation)}
        said = None if argument.annotation is None else described(argument.annotation)
        if said is not None:
            found[argument.arg]["description"] = said
    with_default = arguments.args[len(arguments.args) - len(arguments.defaults):]
    for argument, default in zip(with_default, arguments.defaults):
        said = described(default)
        if said is not None and argument.arg in found:
            found[argument.arg]["description"] = said
    return found


def declared(function, decorator):
    name, text = function.name, ast.get_docstring(function) or ""
    if isinstance(decorator, ast.Call):
        given = {it.arg: it.value for it in decorator.keywords}
        text = literal(given["description"], text) if "description" in given else text
        name = literal(given["name"], name) if "name" in given else name
        name = literal(decorator.args[0], name) if decorator.args else name
    properties = parameters(function.args)
    schema = {"type": "object", "properties": properties}
    return {"name": str(name), "description": str(text), "inputSchema": schema}


def python_tools(source):
    """Functions declared with `@….tool`, then `Tool(…)` calls, in the order of `ast.walk`."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(called, ast.Attribute) and called.attr == "tool":
                    yield declared(node, decorator)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and "Tool" in (
            getattr(node.func, "attr", None), getattr(node.func, "id", None)
        ):
            missing = object()
            given = {it.arg: literal(it.value, missing) for it in node.keywords}
            tool = {key: value for key, value in given.items() if value is not missing}
            if "name" in tool and "description" in tool:
                kept = ("name", "description", "inputSchema", "annotations")
                yield {key: value for key, value in tool.items() if key in kept}
