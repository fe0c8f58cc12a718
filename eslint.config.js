const browser = Object.fromEntries(
  [
    "CSS", "CustomEvent", "DOMParser", "DataTransfer", "Element", "Event", "File", "HTMLDialogElement", "MutationObserver", "URL",
    "document", "getSelection", "history", "localStorage", "matchMedia", "navigator", "setTimeout", "window",
  ].map((name) => [name, "readonly"]),
);

export default [
  {
    files: ["static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "complexity": ["error", 10],
      "eqeqeq": "error",
      "max-lines": ["error", 150],
      "no-dupe-keys": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-implicit-globals": "error",
      "no-unreachable": "error",
      "no-undef": "error",
      "no-unused-vars": "error",
      "no-use-before-define": ["error", { "functions": false, "variables": false }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
