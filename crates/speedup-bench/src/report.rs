//! The ratios as tables and as a chart.

use speedup_notebook::display::chart::{BarChart, Chart, LineChart};
use speedup_notebook::measure::compare::Interval;
use speedup_notebook::measure::format::{format_duration, significant};

use crate::level::Level;
use crate::machine;
use crate::measurement::Measurement;
use crate::ratio::{Best, NOT_COUNTED, Row, rows};
use crate::results::Results;
use crate::workload::Workload;
use crate::workloads::WORKLOADS;

/// All measurements as a table for the screen.
pub fn measurements(results: &Results) -> String {
    let mut text = format!(
        "{:<13} {:<22} {:<9} {:<8} {:>7} {:>11} {:>11} {:>8}  {}\n",
        "workload",
        "implementation",
        "build",
        "level",
        "threads",
        "median",
        "shortest",
        "repeats",
        "value"
    );
    for m in &results.measurements {
        let (median, shortest) = (format_duration(m.median_s), format_duration(m.min_s));
        let level = m.level.map_or(String::new(), |level| level.to_string());
        text += &format!(
            "{:<13} {:<22} {:<9} {level:<8} {:>7} {median:>11} {shortest:>11} {:>8}  {}\n",
            m.workload, m.implementation, m.build, m.threads, m.repeats, m.value
        );
    }
    text
}

/// The tables of ratios at a level, one per number of threads, then the rates of the machine.
pub fn markdown(results: &Results, level: Level) -> String {
    let rows = rows(results, level);
    let Results { head, .. } = results;
    let mut text = format!("### {level}: {}, {}\n\n", head.processor, head.date);
    let mut counts: Vec<usize> = rows.iter().map(|row| row.threads).collect();
    counts.dedup();
    for threads in counts.into_iter().rev() {
        text += &format!("**{}**\n\n", plural(threads));
        text += "| kernel | ours | in release | fastest Python | ours ÷ Python | source's way | \
                 ours ÷ source | C | ours ÷ C | wanted | met | limit | share of it |\n";
        text += &format!("|{}\n", " --- |".repeat(13));
        for row in rows.iter().filter(|row| row.threads == threads) {
            text += &line(row);
        }
        text.push('\n');
    }
    let notes = NOT_COUNTED.map(|(name, why)| not_counted(results, &rows, name, why));
    let machine = of_machine(&results.at(level));
    let growth = growth(results, level);
    text += &format!("{}\n\n{machine}\n\n{growth}", notes.concat().trim());
    text.trim().to_owned() + "\n"
}

/// What holds at all levels: what the tables show, and the limits of the kernels.
pub fn legend() -> String {
    let mut text = "Medians; all sides took turns in one run, with a C library that asks for huge \
         pages, as the notebooks' kernel has it. *Ours* is the kernel as a notebook builds it. *Limit* is the time that \
         the bound below allows, with the operation or the memory that gives it; *share* is how much of that speed \
         is reached. *Unsteady*: a median is more than 1.5 times the shortest time, as other work on the machine \
         makes it, and the ratio means little. What chooses its own instruction set was measured once, \
         and stands at each level: all in Python; or at the widest level only: `eigenvalues`, the cache and the messages. \
         C is the limit of these: it reads and writes a plain file, and sends through bare pipes.\n\n\
         | kernel | work | what bounds it: operations at baseline, avx2, avx512; memory |\n\
         | --- | --- | --- |\n"
        .to_owned();
    for Workload {
        name,
        work,
        roofline,
        ..
    } in &WORKLOADS
    {
        text += &format!("| `{name}` | {work} | {} |\n", roofline.words());
    }
    text
}

/// The table of the scoreboard: the others' times divided by ours at a level, with the most threads, by handout.
pub fn scoreboard(results: &Results, level: Level) -> String {
    let (rows, most) = examples(results, level);
    let Results { head, .. } = results;
    let mut text = format!(
        "Measured on {}, {}, instruction set `{level}`, {}. {}\n\n\
         | example, and the source's way | source's time ÷ ours | fastest Python ÷ ours | C ÷ ours | our time |\n|{}\n",
        head.processor,
        plural(most),
        head.date,
        in_short(&rows),
        " --- |".repeat(5)
    );
    for row in rows {
        let Workload {
            label,
            handout,
            work,
            way,
            ..
        } = row.workload;
        let times = |peer: &Option<Best>, is_named: bool| {
            let Some((peer, ratio)) = peer.as_ref().zip(row.times_ours(peer.as_ref())) else {
                return "–".to_owned();
            };
            match is_named {
                true => format!("{}, {}", interval(ratio), peer.implementation),
                false => interval(ratio),
            }
        };
        let number = handout.split('-').next().unwrap_or_default();
        let number = number.trim_start_matches('0');
        let way = row.handout.as_ref().map_or("none", |_| way);
        let cells = [
            format!("**{label}**: {work}, in [handout {number}]({handout}.ipynb); {way}"),
            times(&row.handout, false),
            times(&row.python, true),
            times(&row.c, false),
            format_duration(row.notebook).replace(' ', "\u{a0}"),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

/// The rows of the sources' examples with the most threads, by handout, and that number of threads.
fn examples(results: &Results, level: Level) -> (Vec<Row>, usize) {
    let mut rows = rows(results, level);
    let most = most_threads(&rows);
    rows.retain(|row| row.threads == most && row.workload.is_example());
    rows.sort_by_key(|row| row.workload.handout);
    (rows, most)
}

/// How many examples ours is faster in, by the intervals.
fn in_short(rows: &[Row]) -> String {
    let count = |name: &str, peer: fn(&Row) -> Option<&Best>| {
        let ratios = rows.iter().filter_map(|row| row.times_ours(peer(row)));
        let verdicts: Vec<&str> = ratios.map(|ratio| ratio.verdict()).collect();
        let of = |verdict| verdicts.iter().filter(|found| **found == verdict).count();
        let (faster, slower, all) = (of("faster"), of("slower"), verdicts.len());
        format!("than {name} in {faster} of {all} examples and slower in {slower}")
    };
    let source = count("the source's way", |row| row.handout.as_ref());
    let python = count("the fastest Python", |row| row.python.as_ref());
    let c = count("C", |row| row.c.as_ref());
    format!("Ours is faster {source}, {python}, {c}. In the others the interval includes 1.")
}

/// A ratio with its interval, such as `19 (18 to 20)`.
fn interval(ratio: Interval) -> String {
    let [value, low, high] = [ratio.value, ratio.low, ratio.high].map(two_digits);
    match ratio.low == ratio.high {
        true => value,
        false => format!("{value} ({low} to {high})"),
    }
}

/// A number to two significant digits, also a large one: `47,000`.
fn two_digits(number: f64) -> String {
    let mut unit = 1.0;
    while number.abs() >= 100.0 * unit {
        unit *= 10.0;
    }
    if unit == 1.0 {
        return significant(number, 2);
    }
    let text = significant((number / unit).round() * unit, 2);
    let groups = text.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

fn share(row: &Row) -> String {
    row.share()
        .map_or("–".to_owned(), |share| format!("{:.0} %", 100.0 * share))
}

fn title(workload: &Workload) -> String {
    match workload.suffix() {
        "" => format!("`{}`", workload.name),
        suffix => format!("`{}`, {} memory", workload.name, &suffix[1..]),
    }
}

fn line(row: &Row) -> String {
    let workload = row.workload;
    let time = |seconds: Option<f64>| seconds.map_or("–".to_owned(), format_duration);
    let peer = |best: &Option<Best>| {
        best.as_ref().map_or("–".to_owned(), |best| {
            format!(
                "{} ({})",
                format_duration(best.seconds),
                best.implementation
            )
        })
    };
    let ratio = |best: &Option<Best>| {
        row.over(best.as_ref())
            .map_or("–".to_owned(), |ratio| significant(ratio, 2))
    };
    let wanted: Vec<String> = [
        (row.wanted.python, "Python"),
        (row.wanted.handout, "handout"),
        (row.wanted.c, "C"),
    ]
    .into_iter()
    .filter_map(|(wanted, who)| Some(format!("{} × {who}", significant(wanted?, 3))))
    .collect();
    let met = match row.met() {
        Some(_) if !row.is_steady() => "unsteady",
        Some(true) => "yes",
        Some(false) => "no",
        None => "–",
    };
    let cells = [
        title(workload),
        format_duration(row.notebook),
        time(row.release),
        peer(&row.python),
        ratio(&row.python),
        peer(&row.handout),
        ratio(&row.handout),
        peer(&row.c),
        ratio(&row.c),
        wanted.join(", "),
        met.to_owned(),
        row.limit.map_or("–".to_owned(), |limit| {
            format!("{} ({})", format_duration(limit.seconds), limit.measure)
        }),
        share(row),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// A sentence on a peer that is not counted; empty if it was not measured.
fn not_counted(results: &Results, rows: &[Row], name: &str, why: &str) -> String {
    let shown = |workload: &str| rows.iter().any(|row| row.workload.name == workload);
    let measured = results.measurements.iter();
    let most = measured.filter(|m| m.implementation == name && shown(&m.workload));
    most.max_by_key(|m| m.threads).map_or(String::new(), |m| {
        let (workload, threads) = (&m.workload, plural(m.threads));
        let time = format_duration(m.median_s);
        format!(" Not counted, as {why}: {name} ({workload}), {time} on {threads}.")
    })
}

fn of_machine(results: &Results) -> String {
    let mut rates = Vec::new();
    for (name, unit) in machine::MEASURES {
        let all = results.measurements.iter();
        let of_measure = all.filter(|m| m.build == machine::NAME && m.implementation == name);
        let values = of_measure.map(|m| significant(m.value / 1e9, 3));
        let values = values.collect::<Vec<_>>().join(", ");
        if !values.is_empty() {
            rates.push(format!("`{name}` {values} {unit}"));
        }
    }
    if rates.is_empty() {
        return String::new();
    }
    format!(
        "The machine in the same run, from one thread to all: {}.",
        rates.join("; ")
    )
}

fn most_threads(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.threads).max().unwrap_or(1)
}

fn plural(threads: usize) -> String {
    match threads {
        1 => "1 thread".to_owned(),
        n => format!("{n} threads"),
    }
}

/// A bar chart of the others' times divided by ours at a level, with the most threads, by handout.
///
/// # Errors
///
/// If nothing was measured.
pub fn chart(results: &Results, level: Level) -> Result<Chart, speedup::Error> {
    let (mut rows, most) = examples(results, level);
    rows.retain(|row| row.python.is_some());
    let times = |peer: fn(&Row) -> Option<&Best>| -> Vec<Option<Interval>> {
        rows.iter().map(|row| row.times_ours(peer(row))).collect()
    };
    let labels = rows.iter().map(|row| row.workload.label);
    BarChart::new(
        &format!("Time of the other program ÷ our time, {}", plural(most)),
        labels,
    )
    .y("times as long as ours")
    .logarithmic()
    .group_with_gaps("the source's way", times(|row| row.handout.as_ref()))
    .group_with_gaps("fastest Python", times(|row| row.python.as_ref()))
    .group_with_gaps("C", times(|row| row.c.as_ref()))
    .draw()
}

fn scale(m: &Measurement) -> f64 {
    m.scale.unwrap_or(1.0)
}

/// Our measurements of a workload in release by growing work, if there is less or more than the handouts'.
fn growing<'a>(results: &'a Results, workload: &Workload, level: Level) -> Vec<&'a Measurement> {
    let all = results.measurements.iter();
    let ours = all.filter(|m| m.build == "release" && m.level == Some(level));
    let mut ours: Vec<_> = ours
        .filter(|m| m.workload == workload.name && m.implementation == workload.implementation)
        .collect();
    let most = ours.iter().map(|m| m.threads).max();
    ours.retain(|m| Some(m.threads) == most);
    ours.sort_by(|a, b| scale(a).total_cmp(&scale(b)));
    ours
}

/// How the time per element and the memory grow with the work; empty if that was not measured.
fn growth(results: &Results, level: Level) -> String {
    let mut text = String::new();
    for workload in &WORKLOADS {
        let growing = growing(results, workload, level);
        if growing.len() < 2 {
            continue;
        }
        if text.is_empty() {
            let scales = growing.iter().map(|m| format!(" × {} |", scale(m)));
            let scales = scales.collect::<String>();
            text = format!(
                "| time per element, {}, and memory; work of the handouts |{scales}\n|{}\n",
                plural(growing[0].threads),
                " --- |".repeat(growing.len() + 1)
            );
        }
        let cell = |m: &&Measurement| {
            let elements = scale(m) * workload.roofline.elements;
            let memory = m.peak_bytes.map_or(String::new(), |bytes| {
                format!(", {} MB", significant(bytes as f64 / 1e6, 2))
            });
            format!(" {}{memory} |", format_duration(m.median_s / elements))
        };
        let cells = growing.iter().map(cell).collect::<String>();
        text += &format!("| {} |{cells}\n", title(workload));
    }
    text
}

/// A line chart of the time per element of what fills memory, against the memory, with the sizes of the caches.
///
/// # Errors
///
/// If growing work was not measured.
pub fn growth_chart(results: &Results, level: Level) -> Result<Chart, speedup::Error> {
    let mut chart = LineChart::new(&format!("Time against memory, {level}"))
        .x("memory read and written [bytes]")
        .y("time per number [ns]")
        .log_x()
        .log_y()
        .markers();
    for workload in WORKLOADS.iter().filter(|w| !w.roofline.traffic.is_empty()) {
        let (bytes, elements) = (workload.roofline.bytes(), workload.roofline.elements);
        let point = |m: &Measurement| (bytes * scale(m), 1e9 * m.median_s / (elements * scale(m)));
        let points = growing(results, workload, level).into_iter().map(point);
        let points: Vec<_> = points.collect();
        if !points.is_empty() {
            chart = chart.series(workload.label, points);
        }
    }
    for (k, bytes) in results.head.caches.iter().enumerate() {
        chart = chart.series(&format!("cache {}", k + 1), [(*bytes, 0.1), (*bytes, 10.0)]);
    }
    chart.draw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::planted;

    #[test]
    fn the_table_has_a_line_for_each_row() {
        let text = markdown(&planted(), Level::Avx2);
        assert!(text.contains("| `wealth` | 50 ms | 40 ms | 600 ms (numpy-threads) | 0.083 | 1.5 s (numba-handout) | 0.033 | 100 ms (c) | 0.5 |"), "{text}");
        assert!(text.contains("`fill_squares`, old memory"), "{text}");
        assert!(text.contains("Not counted, as it works in single precision: jax-single"));
        assert!(
            text.contains("to all: `products` 50 G/s; `write-200MB` 50 GB/s."),
            "{text}"
        );
        assert!(text.starts_with("### avx2: Core (TM) 7, haswell, 2026-11-29\n"));
        assert!(text.contains("| 4 ms (write-200MB) | 50 % |"), "{text}");
    }

    #[test]
    fn every_line_of_a_table_has_as_many_cells() {
        for line in (markdown(&planted(), Level::Avx2) + &legend()).lines() {
            let cells = line.matches('|').count();
            assert!([0, 14, 4, 3].contains(&cells), "{line}");
        }
    }

    #[test]
    fn the_scoreboard_tells_how_many_times_as_long_others_take() {
        let mut all = planted();
        all.measurements[5].times_s = vec![0.1, 0.1, 0.1, 0.1, 0.1, 0.15];
        let text = scoreboard(&all, Level::Avx2);
        let row = "| **wealth**: 50,000 households × 1,000 periods, in [handout 4](04-wealth.ipynb); Numba's `prange` \
                   | 30 | 12, numpy-threads | 2 (2 to 3) | 50\u{a0}ms |";
        assert!(text.contains(row), "{text}");
        let (table, words): (Vec<&str>, _) = text.lines().partition(|line| line.starts_with('|'));
        assert!(
            table.iter().all(|line| line.matches('|').count() == 6),
            "{text}"
        );
        assert!(
            table[2].contains("handout 1") && table[4].contains("handout 4"),
            "{text}"
        );
        let machine =
            "Measured on Core (TM) 7, haswell, 2 threads, instruction set `avx2`, 2026-11-29.";
        let counts = "than C in 1 of 3 examples and slower in 2.";
        assert!(
            words[0].starts_with(machine) && words[0].contains(counts),
            "{text}"
        );
    }

    #[test]
    fn ratios_have_two_digits() {
        let texts = [0.0051, 0.512, 1.04, 9.96, 99.4, 99.6, 123.4, 47346.0, 1.0e6].map(two_digits);
        let wanted = [
            "0.0051",
            "0.51",
            "1",
            "10",
            "99",
            "100",
            "120",
            "47,000",
            "1,000,000",
        ];
        assert_eq!(texts, wanted);
    }

    #[test]
    fn growing_work_has_a_table() {
        let mut all = planted();
        assert_eq!(growth(&all, Level::Avx2), "");
        assert!(growth_chart(&all, Level::Avx2).is_err());
        let mut more = all.measurements[1].clone();
        (more.scale, more.median_s, more.peak_bytes) = (Some(10.0), 0.5, Some(3_000_000));
        all.measurements.push(more);
        let text = growth(&all, Level::Avx2);
        assert!(text.contains("| × 1 | × 10 |"), "{text}");
        assert!(
            text.contains("| `wealth` | 0.8 ns | 1 ns, 3 MB |"),
            "{text}"
        );
    }

    #[test]
    fn the_chart_says_in_words_what_it_shows() {
        let chart = chart(&planted(), Level::Avx2).unwrap();
        assert!(
            chart.description().contains("wealth 30"),
            "{}",
            chart.description()
        );
    }
}
