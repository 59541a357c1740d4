//! The `wirecopy` program: a thin layer over the library. See [`wirecopy::cli`].

fn main() -> std::process::ExitCode {
    wirecopy::cli::run(std::env::args_os()).into()
}
