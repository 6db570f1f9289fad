// Renders a chart's templates with Go's own text/template and Sprig, as Helm does: values come as JSON on standard input, objects go to standard output as YAML documents.
// Of Helm's own functions the chart uses `include` and `.Files.Get` alone.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
)

type files struct{ root string }

func (f files) Get(name string) string {
	text, err := os.ReadFile(filepath.Join(f.root, name))
	if err != nil {
		return ""
	}
	return string(text)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	root := os.Args[1]
	var input map[string]interface{}
	fail(json.NewDecoder(os.Stdin).Decode(&input))
	input["Files"] = files{root}
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	// Helm leaves these out, or has them look things up: the chart must not need them.
	for _, name := range []string{"env", "expandenv", "genPrivateKey", "genCA", "genSelfSignedCert", "randAlphaNum", "randAscii", "randBytes", "uuidv4", "now"} {
		delete(functions, name)
	}
	functions["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	all = all.Funcs(functions)
	paths, err := filepath.Glob(filepath.Join(root, "templates", "*"))
	fail(err)
	more, err := filepath.Glob(filepath.Join(root, "templates", "tests", "*"))
	fail(err)
	var names []string
	for _, path := range append(paths, more...) {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		text, err := os.ReadFile(path)
		fail(err)
		_, err = all.New(path).Parse(string(text))
		fail(err)
		names = append(names, path)
	}
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue
		}
		var text bytes.Buffer
		fail(all.ExecuteTemplate(&text, name, input))
		if strings.TrimSpace(text.String()) == "" {
			continue
		}
		if filepath.Base(name) == "NOTES.txt" {
			continue
		}
		fmt.Printf("---\n# %s\n%s\n", filepath.Base(name), text.String())
	}
}
