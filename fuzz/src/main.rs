//! `thinkwatch-fuzz targets`: their names. `thinkwatch-fuzz seeds <folder>`: writes a folder of seeds per target, and the
//! dictionary. `thinkwatch-fuzz run <target> <file>…`: throws files at a target without a fuzzer, to look at what was found.
#![expect(clippy::print_stdout, reason = "a command")]

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use thinkwatch_fuzz::{TARGETS, Target, seeds};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["targets"] => {
            for target in TARGETS {
                println!("{}", target.name);
            }
            Ok(())
        }
        ["seeds", folder] => write_seeds(Path::new(folder)),
        ["run", name, files @ ..] => match Target::named(name) {
            Some(target) => files.iter().try_for_each(|file| {
                (target.run)(&fs::read(file)?);
                println!("{file}: holds");
                Ok(())
            }),
            None => Err(io::Error::other(format!("no target is called {name}"))),
        },
        _ => Err(io::Error::other("thinkwatch-fuzz targets | seeds <folder> | run <target> <file>…")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write_seeds(folder: &Path) -> io::Result<()> {
    for target in TARGETS {
        let into = folder.join(target.name);
        fs::create_dir_all(&into)?;
        for (n, seed) in seeds::of(target.seeds).iter().chain(&seeds::found(target.name)).enumerate() {
            fs::write(into.join(format!("seed-{n:03}")), seed)?;
        }
    }
    fs::write(folder.join("dictionary"), seeds::dictionary())
}
