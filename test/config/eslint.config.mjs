import tseslint from 'typescript-eslint';

const pure = [
  { name: 'setTimeout', message: 'Time comes through the Clock port.' },
  { name: 'setInterval', message: 'Time comes through the Clock port.' },
  { name: 'fetch', message: 'I/O comes through ports.' },
];

export default tseslint.config(
  { ignores: ['dist/**', 'release/**', '**/*.mjs', '**/*.cjs', 'test/results/**'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'No barrel files.' }],
      '@typescript-eslint/require-await': 'off',
      // Our objects are closures without `this`; taking a method off one is fine.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['app/**', 'hardware/**'],
    rules: {
      'no-restricted-globals': ['error', ...pure],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness comes through the Ids port.' },
        { object: 'Date', property: 'now', message: 'Time comes through the Clock port.' },
      ],
    },
  },
);
