//! Another component has the one that drives itself for its dependency, composed as `wac plug` and platforms do it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi_http::p2::add_to_linker_sync;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::driver::{answer, configuration, read};
use crate::folder;
use crate::platform::Platform;
use crate::server::Server;

/// What the other component is: it asks the runner, and gives what came.
const WORLD: &str = "
    package invented:shop;
    world shop {
        import brightpearl:connector/runner@0.1.0;
        export run: func(config: string, operation: string) -> string;
    }";
const MODULE: &str = r#"(module
    (import "brightpearl:connector/runner@0.1.0" "carry-out"
        (func $carry_out (param i32 i32 i32 i32 i32)))
    (memory (export "memory") 64)
    (global $free (mut i32) (i32.const 4096))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $start i32)
        (local.set $start (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
        (global.set $free (i32.add (local.get $start) (local.get 3)))
        (local.get $start))
    (func (export "run") (param i32 i32 i32 i32) (result i32)
        ;; The result stands at 16, and its text at 24; a failure ends the component.
        (call $carry_out (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 16))
        (if (i32.load8_u (i32.const 16)) (then unreachable))
        (i32.const 24)))"#;

/// The other component by itself.
fn shop() -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("wit")).unwrap();
    let package = resolve.push_str("shop.wit", WORLD).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(MODULE).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

/// It with its dependency, as one component.
fn composed() -> Vec<u8> {
    let dependency = fs::read(folder().join("brightpearl-http.wasm")).unwrap();
    let mut graph = CompositionGraph::new();
    let dependency = Package::from_bytes("brightpearl", None, dependency, graph.types_mut()).unwrap();
    let shop = Package::from_bytes("shop", None, shop(), graph.types_mut()).unwrap();
    let (dependency, shop) =
        (graph.register_package(dependency).unwrap(), graph.register_package(shop).unwrap());
    plug(&mut graph, vec![dependency], shop).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}

#[test]
fn another_component_asks_it_as_its_dependency() {
    let engine = Engine::default();
    let component = Component::new(&engine, composed()).unwrap();
    let mut linker = Linker::new(&engine);
    add_to_linker_sync::<Platform>(&mut linker).unwrap();
    let mut store = Store::new(&engine, Platform::default());
    // The platform supplies WASI alone.
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(&str, &str), (String,)>(&mut store, "run").unwrap();

    let server = Server::start(vec![answer(r#"{"response":[{"id":1}]}"#)]);
    let config = configuration(&server.url(), 1).to_string();
    let (outputs,) = run.call(&mut store, (&config, &read().to_string())).unwrap();
    let outputs: Value = serde_json::from_str(&outputs).unwrap();
    assert_eq!(outputs[0]["reply"]["status"], 200);
    assert_eq!(server.asked(), ["GET /public-api/acme/order-service/order-type HTTP/1.1 "]);
}
