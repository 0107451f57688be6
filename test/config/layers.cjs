// What each folder may import (docs: ARCHITECTURE.md). A folder that breaks this fails `npm test`.
const from = (path, pathNot) => (pathNot ? { path, pathNot } : { path });
module.exports = {
  forbidden: [
    {
      name: 'renderer-imports-only-app-view',
      severity: 'error',
      from: from('^renderer/', '^renderer/operator/'),
      to: { path: '^(main|hardware|app)/', pathNot: '^app/(view|order/events)\\.ts$' },
    },
    {
      name: 'customers-load-no-schemas',
      severity: 'error',
      from: from('^renderer/', '^renderer/operator/'),
      to: { path: '^app/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-console-imports-only-what-staff-see',
      severity: 'error',
      from: from('^renderer/operator/'),
      to: { path: '^(main|hardware|app)/', pathNot: '^app/operator/' },
    },
    {
      name: 'customers-load-nothing-of-the-console',
      severity: 'error',
      from: from('^renderer/', '^renderer/operator/'),
      to: { path: '^renderer/operator/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'renderer-has-no-node-no-xstate',
      severity: 'error',
      from: from('^renderer/', '^renderer/vite\\.config\\.ts$'),
      to: { dependencyTypes: ['core'] },
    },
    { name: 'renderer-no-xstate', severity: 'error', from: from('^renderer/'), to: { path: 'node_modules/(xstate|electron|serialport)/' } },
    {
      name: 'hardware-imports-only-ports',
      severity: 'error',
      from: from('^hardware/'),
      to: { path: '^(main|renderer|app)/', pathNot: '^app/(ports|errors)\\.ts$|^app/order/events\\.ts$' },
    },
    { name: 'app-is-pure', severity: 'error', from: from('^app/'), to: { path: '^(main|renderer|hardware)/' } },
    {
      name: 'app-only-xstate-zod',
      severity: 'error',
      from: from('^app/'),
      to: { path: 'node_modules/', pathNot: 'node_modules/(xstate|zod)/' },
    },
    { name: 'app-no-node', severity: 'error', from: from('^app/'), to: { dependencyTypes: ['core'] } },
    { name: 'main-does-not-import-renderer', severity: 'error', from: from('^main/'), to: { path: '^renderer/' } },
    { name: 'nothing-imports-test', severity: 'error', from: from('^(app|main|renderer|hardware)/'), to: { path: '^test/' } },
    {
      name: 'simulators-only-from-their-own-folder-and-entries',
      severity: 'error',
      from: from('^(app|main|hardware)/', 'simulator|^main/demo/'),
      to: { path: 'simulator' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\.css$|^virtual:' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    // Packages that are ES modules only say so in `exports`.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
