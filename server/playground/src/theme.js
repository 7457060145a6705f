/** What GraphiQL's themes leave too pale to read, by the base of the theme. */
const READABLE = {
  vs: { colors: { "editorLineNumber.dimmedForeground": "#237893" } },
  "vs-dark": {
    rules: [{ token: "comment", foreground: "#86b36f" }],
    colors: { "editorLineNumber.foreground": "#a3adbd", "editorLineNumber.dimmedForeground": "#a3adbd" },
  },
};

/** Has the editor's themes defined with colours that can be read; GraphiQL defines them as soon as the editor is loaded. */
export async function makeReadable() {
  const { editor } = await import("monaco-graphql/esm/monaco-editor.js");
  const define = editor.defineTheme;
  editor.defineTheme = (name, theme) => {
    const { rules = [], colors = {} } = READABLE[theme.base] ?? {};
    define(name, { ...theme, rules: [...theme.rules, ...rules], colors: { ...theme.colors, ...colors } });
  };
}
