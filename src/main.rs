//! The `wirecopy` program: a thin layer over the library. See [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os()).into()
}
