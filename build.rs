//! Generates the plugin protocol's messages and services from `proto/` (client side too: the tests are the client).

fn main() -> std::io::Result<()> {
    tonic_build::configure().compile_protos(&["proto/tfplugin6.proto", "proto/plugin.proto"], &["proto"])
}
