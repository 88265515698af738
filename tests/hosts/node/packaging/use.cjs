const assert = require("node:assert/strict");
const { Client, ValidationError, version } = require("brightpearl");

assert.equal(version, require("brightpearl/package.json").version);
assert.throws(() => new Client({ account: "" }), ValidationError);
