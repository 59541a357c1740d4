//! The `wirecopy` program. What it does is in the library; how it is spoken to is in [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os()).into()
}
