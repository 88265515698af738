const assert = require("node:assert/strict");
const { backend, Client, tasks, version } = require("brightpearl");

assert.equal(backend, process.argv[2]);
assert.equal(version, require("brightpearl/package.json").version);
assert.ok(tasks().length > 20);
assert.throws(() => new Client({ account: "acme", datacentre: "use1" }), {
    location: "credentials",
    message: /`credentials` is missing/,
});
