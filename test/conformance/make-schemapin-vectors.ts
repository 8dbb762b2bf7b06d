/**
 * Writes `schemapin-vectors/sdk-forms.json`: what the canonicalisers of three official SDKs make of
 * some schemas, and the signatures of JavaScript's SDK over each text. Run by hand, with Go and
 * Python, on a checkout of SchemaPin: `node test/conformance/make-schemapin-vectors.ts FOLDER`.
 * Go's escapes of `\b` and `\f` depend on its version; no case holds them.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

/** JSON as its author wrote it: some SDKs tell `1.0` from `1`. */
const SCHEMAS: Readonly<Record<string, string>> = {
  'nothing to disagree about':
    '{"name":"sum","description":"Adds – é 🔧","parameters":{"b":1,"a":[true,null,-7]}}',
  'integer-like keys': '{"name":"t","properties":{"10":{},"9":{},"b":{},"01":{}}}',
  'integer-like keys among others': '{"a":1," ":2,"7":3}',
  'an astral key before a late one of the BMP': '{"\\uffff":1,"😀":2}',
  'whole floats': '{"maximum":2.0,"minimum":0.0,"maxLength":10}',
  'small and large floats': '{"a":1e-5,"b":1.5e-7,"c":0.0001,"d":0.7,"e":123456789.125,"f":1e-6}',
  'large whole numbers': '{"a":1e16,"b":1e21,"c":9007199254740991,"d":1e300}',
  'negative zero': '{"a":-0,"b":-0.0}',
  'signs that Go escapes': '{"description":"a <b> & c","<k>":1,"z":"\\u2028\\u2029"}',
  'escapes that all share': '{"a":"\\u0001\\u001f\\"\\\\\\/\\n\\r\\t\\u007f"}',
}

const GO = `package main
import ("encoding/json"; "fmt"; "os"; "github.com/ThirdKeyAi/schemapin/go/pkg/core")
func main() {
  var texts []string
  json.NewDecoder(os.Stdin).Decode(&texts)
  out := []string{}
  for _, text := range texts {
    var schema map[string]interface{}
    if err := json.Unmarshal([]byte(text), &schema); err != nil { panic(err) }
    canonical, err := core.NewSchemaPinCore().CanonicalizeSchema(schema)
    if err != nil { panic(err) }
    out = append(out, canonical)
  }
  encoded, _ := json.Marshal(out)
  fmt.Println(string(encoded))
}`

const PYTHON = `import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("core", sys.argv[1])
core = importlib.util.module_from_spec(spec)
spec.loader.exec_module(core)
texts = json.load(sys.stdin)
print(json.dumps([core.SchemaPinCore.canonicalize_schema(json.loads(t)) for t in texts]))`

const source = resolve(process.argv[2] ?? '.')
const checkout = mkdtempSync(join(tmpdir(), 'schemapin-'))
cpSync(source, checkout, { recursive: true })
const texts = Object.values(SCHEMAS)

const [{ SchemaPinCore }, { KeyManager, SignatureManager }] = await Promise.all(
  ['core', 'crypto'].map((name) => {
    return import(pathToFileURL(join(checkout, `javascript/src/${name}.js`)).href)
  }),
)

const forms: Readonly<Record<string, readonly string[]>> = {
  javascript: texts.map((text) => SchemaPinCore.canonicalizeSchema(JSON.parse(text))),
  python: run('python3', ['-c', PYTHON, join(checkout, 'python/schemapin/core.py')], checkout),
  go: byGo(),
}

const { privateKey, publicKey } = KeyManager.generateKeypair()
const signed = (text: string) =>
  SignatureManager.signHash(SchemaPinCore.hashCanonical(text), privateKey)
const cases = Object.entries(SCHEMAS).map(([name, json], at) => {
  const texts = Object.entries(forms).map(([form, all]) => [form, all[at] ?? ''] as const)
  const signatures = texts.map(([form, text]) => [form, signed(text)])
  return {
    name,
    json,
    texts: Object.fromEntries(texts),
    signatures: Object.fromEntries(signatures),
  }
})
const file = resolve(import.meta.dirname, 'schemapin-vectors/sdk-forms.json')
writeFileSync(file, `${JSON.stringify({ publicKeyPem: publicKey, cases }, null, 2)}\n`)

function byGo(): readonly string[] {
  const folder = join(checkout, 'go/cmd/vectors')
  mkdirSync(folder)
  writeFileSync(join(folder, 'main.go'), GO)
  return run('go', ['run', './cmd/vectors'], join(checkout, 'go'))
}

function run(program: string, args: readonly string[], cwd: string): readonly string[] {
  const input = JSON.stringify(texts)
  return JSON.parse(execFileSync(program, args, { cwd, input, encoding: 'utf8' }))
}
