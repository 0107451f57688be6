// Preloaded into the programs of the demo: when the demo is gone, however it went, they go too.
process.on('disconnect', () => process.exit(0));
