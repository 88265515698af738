// The package under test, as ffi/node/build.sh built it.
export * from "../../../ffi/node/dist/index.mjs";
