//! The ratios as tables and as a chart.

use speedup_notebook::display::chart::{BarChart, Chart};
use speedup_notebook::measure::format::{format_duration, significant};

use crate::machine;
use crate::measurement::Measurement;
use crate::ratio::{Best, NOT_COUNTED, Row, rows};
use crate::workloads::WORKLOADS;

/// All measurements as a table for the screen.
pub fn measurements(measurements: &[Measurement]) -> String {
    let mut text = format!(
        "{:<13} {:<20} {:<9} {:>7} {:>11} {:>11} {:>8}  {}\n",
        "workload", "implementation", "build", "threads", "median", "shortest", "repeats", "value"
    );
    for m in measurements {
        let (median, shortest) = (format_duration(m.median_s), format_duration(m.min_s));
        text += &format!(
            "{:<13} {:<20} {:<9} {:>7} {median:>11} {shortest:>11} {:>8}  {}\n",
            m.workload, m.implementation, m.build, m.threads, m.repeats, m.value
        );
    }
    text
}

/// The tables of ratios per number of threads, then the limits of the kernels and of the machine.
pub fn markdown(measurements: &[Measurement]) -> String {
    let rows = rows(measurements);
    let mut text = String::new();
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
    text += "Medians; all sides took turns in one run, with a C library that asks for huge pages, \
             as the notebooks' kernel has it. *Ours* is the kernel as a notebook builds it. *Limit* \
             is the time that the bound below allows, *share* how much of that speed is reached. \
             *Unsteady*: a median is more than 1.5 times the shortest time, as other work on the \
             machine makes it, and the ratio means little.";
    let left_out = NOT_COUNTED.map(|name| left_out(measurements, name));
    text += &left_out.concat();
    text += "\n\n| kernel | work | what bounds it |\n| --- | --- | --- |\n";
    let shown = |name: &str| rows.iter().any(|row| row.workload.name == name);
    for workload in WORKLOADS.iter().filter(|w| shown(w.name)) {
        let (name, work, roofline) = (workload.name, workload.work, &workload.roofline);
        text += &format!("| `{name}` | {work} | {} |\n", roofline.words());
    }
    text += &of_machine(measurements);
    text
}

/// One table for a handout: the others' times divided by ours, with the most threads.
pub fn short(measurements: &[Measurement]) -> String {
    let rows = rows(measurements);
    let most = most_threads(&rows);
    let mut text = format!(
        "| kernel, {} | work | Python's best | the source's way | C | limit | share of it |\n|{}\n",
        plural(most),
        " --- |".repeat(7)
    );
    for row in rows.iter().filter(|row| row.threads == most) {
        let workload = row.workload;
        let times = |peer: &Option<Best>| {
            row.over(peer.as_ref())
                .map_or("–".to_owned(), |ratio| significant(1.0 / ratio, 2))
        };
        let cells = [
            format!("`{}`", workload.name),
            workload.work.to_owned(),
            times(&row.python),
            times(&row.handout),
            times(&row.c),
            workload.roofline.kind().to_owned(),
            share(row),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

fn share(row: &Row) -> String {
    row.roofline.map_or("–".to_owned(), |seconds| {
        format!("{:.0} %", 100.0 * seconds / row.notebook)
    })
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
        (workload.wanted.python, "Python"),
        (workload.wanted.handout, "handout"),
        (workload.wanted.c, "C"),
    ]
    .into_iter()
    .filter_map(|(wanted, who)| Some(format!("{} × {who}", significant(wanted?, 2))))
    .collect();
    let met = match row.met() {
        Some(_) if !row.is_steady() => "unsteady",
        Some(true) => "yes",
        Some(false) => "no",
        None => "–",
    };
    let name = match workload.suffix() {
        "" => format!("`{}`", workload.name),
        suffix => format!("`{}`, {} memory", workload.name, &suffix[1..]),
    };
    let cells = [
        name,
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
        time(row.roofline),
        share(row),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// A sentence on a peer that does less than the work; empty if it was not measured.
fn left_out(measurements: &[Measurement], name: &str) -> String {
    let most = measurements.iter().filter(|m| m.implementation == name);
    most.max_by_key(|m| m.threads)
        .map_or(String::new(), |m| {
            let (workload, threads) = (&m.workload, plural(m.threads));
            let time = format_duration(m.median_s);
            format!(" Not counted, as it works in single precision: {name} ({workload}), {time} on {threads}.")
        })
}

fn of_machine(measurements: &[Measurement]) -> String {
    let mut text = String::new();
    for m in measurements.iter().filter(|m| m.build == machine::NAME) {
        let rate = m.value / 1e9;
        let unit = if m.implementation == "clock" {
            "GHz"
        } else {
            "GB/s"
        };
        let (name, threads) = (&m.implementation, plural(m.threads));
        text += &format!("\n- {name}, {threads}: {} {unit}", significant(rate, 3));
    }
    if text.is_empty() {
        return text;
    }
    format!("\nMeasured of the machine in the same run:\n{text}\n")
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

/// A bar chart of the fastest Python's and C's times divided by ours, with the most threads.
///
/// # Errors
///
/// If nothing was measured.
pub fn chart(measurements: &[Measurement]) -> Result<Chart, speedup::Error> {
    let rows = rows(measurements);
    let most = most_threads(&rows);
    let complete = |row: &&Row| row.threads == most && row.python.is_some();
    let rows: Vec<Row> = rows.iter().filter(complete).cloned().collect();
    let times = |peer: fn(&Row) -> Option<&Best>| -> Vec<Option<f64>> {
        let time = |row: &Row| Some(1.0 / row.over(peer(row))?);
        rows.iter().map(time).collect()
    };
    BarChart::new(
        &format!(
            "Time of the fastest Python and of C, in times ours, {}",
            plural(most)
        ),
        rows.iter().map(|row| row.workload.label),
    )
    .y("times our time (logarithmic)")
    .logarithmic()
    .group_with_gaps("fastest Python", times(|row| row.python.as_ref()))
    .group_with_gaps("C", times(|row| row.c.as_ref()))
    .draw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratio::planted;

    #[test]
    fn the_table_has_a_line_for_each_row() {
        let text = markdown(&planted());
        assert!(text.contains("| `wealth` | 50 ms | 40 ms | 600 ms (numpy-threads) | 0.083 | 1.5 s (numba-handout) | 0.033 | 100 ms (c) | 0.5 |"), "{text}");
        assert!(text.contains("`fill_squares`, old memory"), "{text}");
        assert!(text.contains("Not counted, as it works in single precision: jax-single"));
        assert!(text.contains("fill-200MB, 2 threads: 50 GB/s"));
    }

    #[test]
    fn every_line_of_a_table_has_as_many_cells() {
        for line in markdown(&planted()).lines().filter(|l| l.starts_with("| ")) {
            let cells = line.matches('|').count();
            assert!(cells == 14 || cells == 4, "{line}");
        }
    }

    #[test]
    fn the_short_table_tells_how_many_times_as_long_others_take() {
        let text = short(&planted());
        assert!(
            text.contains(
                "| `wealth` | 50,000 households × 1,000 periods | 12 | 30 | 2 | arithmetic |"
            ),
            "{text}"
        );
        let cells = |line: &str| line.matches('|').count();
        assert!(text.lines().all(|line| cells(line) == 8), "{text}");
    }

    #[test]
    fn the_chart_says_in_words_what_it_shows() {
        let chart = chart(&planted()).unwrap();
        assert!(
            chart.description().contains("wealth 12"),
            "{}",
            chart.description()
        );
    }
}
