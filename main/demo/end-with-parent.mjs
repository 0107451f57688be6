// Preloaded into the programs of the demo: when the demo is gone, however it went, they go too.
process.on('disconnect', () => process.exit(0));
// The channel alone keeps no program alive: one that failed at its start ends, and the demo says why.
process.channel?.unref();
