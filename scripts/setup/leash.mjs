// Loaded into every task: the task ends in good order when the runner is gone, also after `kill -9` of the runner.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
