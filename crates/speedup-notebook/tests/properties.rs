//! Numbers and texts at random to what a notebook measures, draws and checks: a chart, a table, a text, or an error that
//! says what is wrong. It never panics and never hangs. See the same test of the crate `speedup`.

#[path = "../../speedup/tests/support/mod.rs"]
mod support;

use std::io;
use std::num::NonZeroUsize;

use proptest::collection::vec;
use proptest::prelude::*;

use speedup_notebook::measure::format::{duration_unit, format_duration, significant};
use speedup_notebook::measure::hardware::{Cache, Hardware, Kind};
use speedup_notebook::measure::load::Sample;
use speedup_notebook::measure::timeline::Span;
use speedup_notebook::notebook::limits::{Course, FACTORS};
use speedup_notebook::prelude::*;
use support::{CASES, holds, number, size, whole};

/// Checks that a chart is one of finite numbers, or that the error says what is wrong.
fn is_a_chart_or_a_refusal(chart: Result<Chart, Error>) {
    match chart {
        Ok(chart) => {
            for svg in [chart.svg(), chart.narrow_svg()] {
                assert!(
                    svg.starts_with("<svg") && svg.ends_with("</svg>\n"),
                    "{svg}"
                );
                assert!(!svg.contains("\"NaN") && !svg.contains("\"inf"), "{svg}");
            }
            assert!(
                !chart.description().contains("NaN"),
                "{}",
                chart.description()
            );
        }
        Err(Error::Data { problem, .. }) => assert!(
            problem.contains("use ") || problem.contains("give "),
            "{problem}"
        ),
        Err(error @ Error::Count { .. }) => {
            assert!(error.to_string().contains(" is not allowed, use "))
        }
        other => panic!("{other:?}"),
    }
}

/// Texts of every kind, also with what has a meaning in XML.
fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![2 => "[a-z]{0,9}", 1 => "\\PC{0,40}", 1 => "(<svg |>\n|&|\"|\u{0}|\r\n|\\s){0,9}"]
}

fn interval() -> impl Strategy<Value = Interval> + Clone {
    let measured = (0.1..9.0, 0.0..0.1).prop_map(|(value, half)| Interval {
        value,
        low: value - half,
        high: value + half,
    });
    let any =
        (number(), number(), number()).prop_map(|(value, low, high)| Interval { value, low, high });
    prop_oneof![4 => measured.boxed(), 1 => number().prop_map(Interval::from).boxed(), 1 => any.boxed()]
}

/// 300 cases: each draws two pictures.
#[test]
fn line_charts_are_drawn_or_refused() {
    let points = || {
        vec(
            (prop_oneof![4 => 0.0..9.0, 1 => number()], interval()),
            0..6,
        )
    };
    let settings = (any::<[bool; 3]>(), proptest::option::of(number()));
    holds(
        300,
        (text(), vec((text(), points()), 0..4), points(), settings),
        |(title, series, dots, settings)| {
            let ([log_x, log_y, markers], level) = settings;
            let mut chart = LineChart::new(&title).x(&title).y(&title);
            for (name, points) in series {
                chart = chart.series(&name, points);
            }
            if !dots.is_empty() {
                chart = chart.dots("dots", dots);
            }
            chart = if log_x { chart.log_x() } else { chart };
            chart = if log_y { chart.log_y() } else { chart };
            chart = if markers { chart.markers() } else { chart };
            if let Some(level) = level {
                chart = chart.reference("level", level);
            }
            is_a_chart_or_a_refusal(chart.draw());
        },
    );
}

/// 300 cases: each draws two pictures.
#[test]
fn bar_charts_are_drawn_or_refused() {
    let group = || vec(proptest::option::weighted(0.9, interval()), 0..5);
    let inputs = (
        vec(text(), 0..5),
        vec((text(), group()), 0..4),
        any::<bool>(),
    );
    holds(300, inputs, |(names, groups, logarithmic)| {
        let mut chart = BarChart::new("bars", names.iter().map(String::as_str)).y("height");
        chart = if logarithmic {
            chart.logarithmic()
        } else {
            chart
        };
        for (name, heights) in groups {
            // Mostly as many heights as there are categories.
            let heights =
                heights
                    .iter()
                    .cycle()
                    .take(if heights.len() == 4 { 4 } else { names.len() });
            chart = chart.group_with_gaps(&name, heights.copied());
        }
        is_a_chart_or_a_refusal(chart.draw());
    });
}

#[test]
fn many_and_long_categories_have_room() {
    for count in [100, 3_000] {
        let names: Vec<String> = (0..count)
            .map(|k| format!("a long name of a category {k}"))
            .collect();
        let chart =
            BarChart::new("many", names.iter().map(String::as_str)).group("one", vec![1.0; count]);
        assert!(chart.draw().is_ok());
    }
}

/// 300 cases: each draws two pictures.
#[test]
fn histograms_are_drawn_or_refused() {
    let bins = prop_oneof![4 => 1..50_usize, 1 => size()];
    let value = || prop_oneof![30 => -3.0..3.0, 1 => number()];
    let ends = proptest::option::of((bins, value(), value()));
    holds(
        300,
        (vec(value(), 0..40), ends, 0..4_u8),
        |(values, ends, curve)| {
            let mut chart = Histogram::new("values", &values).x("x");
            if let Some((bins, low, high)) = ends {
                chart = chart.bins(bins, low, high);
            }
            is_a_chart_or_a_refusal(match curve {
                0 => chart.draw(),
                1 => chart.curve("c", |x| x.exp()).draw(),
                2 => chart.curve("c", |_| f64::NAN).draw(),
                _ => chart.curve("c", |x| 1.0 / x).draw(),
            });
        },
    );
}

/// 300 cases: each draws two pictures.
#[test]
fn speed_up_charts_are_drawn_or_refused() {
    let cpus = prop_oneof![4 => 0..70_usize, 1 => size()];
    let points = vec((prop_oneof![1..9_usize, 1..=4096_usize], interval()), 0..6);
    holds(300, (cpus, points), |(cpus, points)| {
        let points = points
            .into_iter()
            .map(|(n, gain)| (Threads::new(n).unwrap(), gain));
        let chart = SpeedupChart::new("gains", cpus, points);
        if let Some(share) = chart.serial_share() {
            assert!((0.0..=1.0).contains(&share.value), "{share:?}");
        }
        is_a_chart_or_a_refusal(chart.draw());
    });
}

/// 300 cases: each draws two pictures.
#[test]
fn timelines_are_drawn_or_refused() {
    let time = || prop_oneof![9 => 0.0..9.0, 1 => number()];
    let row = prop_oneof![9 => 0..9_usize, 1 => any::<usize>()];
    let span = (any::<usize>(), row, time(), time());
    let span = span.prop_map(|(task, worker, start, end)| Span {
        task,
        worker,
        start,
        end,
    });
    holds(
        300,
        (vec(span, 0..6), proptest::option::of(time())),
        |(spans, until)| {
            let chart = TimelineChart::of_ranks("ranks", spans);
            is_a_chart_or_a_refusal(match until {
                Some(until) => chart.until(until).draw(),
                None => chart.draw(),
            });
        },
    );
}

/// 300 cases: each draws two pictures.
#[test]
fn loads_are_drawn_or_refused() {
    let percent = || prop_oneof![30 => 0.0..100.0, 1 => number()];
    let sample = (
        prop_oneof![9 => 0.1..0.2, 1 => number()],
        vec(percent(), 3),
        0..30_usize,
    );
    holds(300, vec(sample, 0..6), |samples| {
        let samples = samples
            .into_iter()
            .enumerate()
            .map(|(k, (seconds, mut percent, cores))| {
                percent.truncate(if cores < 3 { cores } else { 3 });
                Sample {
                    seconds: k as f64 + seconds,
                    percent,
                }
            });
        let load = Load {
            value: (),
            samples: samples.collect(),
        };
        assert!(load.mean().len() <= 3);
        is_a_chart_or_a_refusal(load.chart("load"));
    });
}

#[test]
fn tables_have_a_line_for_each_row() {
    holds(
        CASES,
        (text(), vec((text(), number(), whole()), 0..6)),
        |(caption, rows)| {
            let mut table = Table::new(&caption, ["name", "x", &caption]);
            for (name, x, n) in &rows {
                table = table.row([name, x, n]);
            }
            assert_eq!(table.to_string().split('\n').count(), rows.len() + 2);
            assert_eq!(table.html().matches("<tr>").count(), rows.len() + 1);
        },
    );
}

#[test]
fn a_cell_may_be_longer_than_a_format_allows() {
    let long = "x".repeat(70_000);
    let table = Table::new("long", ["name", "n"])
        .row([&long, &1])
        .row([&"short", &2]);
    assert!(
        table
            .to_string()
            .ends_with(&format!("short{}2", " ".repeat(70_000 - 5 + 2)))
    );
}

#[test]
fn any_number_is_a_text_and_near_the_number() {
    holds(CASES, (number(), 0..40_u32), |(x, digits)| {
        let text = significant(x, digits);
        if x.is_finite() && digits > 0 {
            let back: f64 = text.parse().unwrap();
            assert!(
                (back - x).abs() <= x.abs() * 10_f64.powi(1 - digits as i32).max(1e-15),
                "{text} {x:e}"
            );
        }
        let (factor, unit) = duration_unit(x);
        assert!(factor >= 1.0 && !unit.is_empty());
        assert!(!format_duration(x).is_empty());
    });
}

#[test]
fn intervals_contain_their_medians() {
    holds(CASES, vec(number(), 0..40), |values| {
        match Interval::of_median(&values) {
            Some(median) => {
                let inside = median.low <= median.value && median.value <= median.high;
                // The mean of −∞ and ∞ is none.
                assert!(inside || median.value.is_nan(), "{median:?}");
                assert!(values.len() >= 6);
                let mut values = values.clone();
                let plain = speedup::kernels::median::median(&mut values).unwrap();
                assert!(support::same(plain, median.value));
                let negative = median.map(|x| -x);
                assert!(negative.low <= negative.high);
                assert!(!median.to_string().is_empty() && !median.verdict().is_empty());
            }
            None => assert!(values.len() < 6 || values.iter().any(|value| value.is_nan())),
        }
    });
}

#[test]
fn the_laws_of_scaling_are_inverses() {
    use scaling_laws::{
        amdahl, amdahl_fit, efficiency, gustafson, gustafson_serial_fraction, karp_flatt,
    };
    holds(
        CASES,
        (0.0..=1.0, 2..5_000_usize, number(), size()),
        |(serial, threads, x, any)| {
            let gain = amdahl(serial, threads);
            assert!((1.0 - 1e-12..=threads as f64 * (1.0 + 1e-12)).contains(&gain));
            assert!(efficiency(gain, threads) <= 1.0 + 1e-12);
            assert!((karp_flatt(gain, threads).unwrap() - serial).abs() < 1e-9);
            assert!((amdahl_fit(&[(1, x), (threads, gain)]).unwrap() - serial).abs() < 1e-9);
            let scaled = gustafson(serial, threads);
            assert!((gustafson_serial_fraction(scaled, threads).unwrap() - serial).abs() < 1e-9);
            // Numbers outside the laws' ranges give numbers, or none for one thread.
            amdahl(x, any);
            assert_eq!(karp_flatt(x, any).is_some(), any > 1);
            assert_eq!(gustafson_serial_fraction(x, any).is_some(), any > 1);
        },
    );
}

#[test]
fn any_times_have_a_text() {
    holds(
        CASES,
        (vec(number(), 0..9), any::<u32>(), number()),
        |(runs, loops, warm_up)| {
            let result = TimeitResult {
                runs: runs.clone(),
                loops,
                warm_up,
            };
            assert_eq!(result.to_string().lines().count(), 2);
            assert!(
                result.fastest() <= result.median() || runs.is_empty() || result.median().is_nan()
            );
            let timing = Timing {
                value: (),
                user: warm_up,
                sys: 1.0,
                wall: warm_up,
            };
            assert_eq!(timing.to_string().lines().count(), 2);
        },
    );
}

/// 5 cases: a comparison takes a second or more.
#[test]
fn comparisons_of_any_seconds_end() {
    let seconds = prop_oneof![
        -1.0..0.1,
        Just(f64::NAN),
        Just(f64::NEG_INFINITY),
        Just(5e-324)
    ];
    holds(5, (seconds, 0..3_usize, text()), |(seconds, ways, unit)| {
        let ways: Vec<usize> = (0..ways).collect();
        let result = compare(seconds, &ways, |k| std::hint::black_box(k) + 1);
        assert_eq!(
            (result.times().len(), result.speed_ups().len()),
            (ways.len(), ways.len())
        );
        is_a_chart_or_a_refusal(result.time_bars("times", &unit).draw());
        assert!(result.to_string().lines().count() >= 2);
    });
}

#[test]
fn a_course_is_read_or_its_line_is_named() {
    let word = prop_oneof![
        "threads|size|seconds|\\PC{0,5}",
        "=|=|=|\n|\r\n|\u{feff}|\"|'|#|\\[|\\]|\\.|,|\\{|\\}",
        number().prop_map(|x| x.to_string()),
        whole().prop_map(|n| n.to_string()),
        "0[xob][0-9a-f_]{1,20}|[0-9]{1,30}|[0-9]+,[0-9]+|[0-9]{1,3}\\.[0-9]",
    ];
    let key = prop_oneof!["threads", "size", "seconds"];
    let value = prop_oneof![
        number().prop_map(|x| x.to_string()),
        whole().prop_map(|n| n.to_string()),
        "[1-9][0-9]{0,3}",
        "0\\.[0-9]{2}"
    ];
    let line = (key, value).prop_map(|(key, value)| format!("{key} = {value}\n"));
    let text = prop_oneof![
        vec(word, 0..9).prop_map(|words| words.join(" ")),
        vec(line, 0..3).prop_map(|lines| lines.concat())
    ];
    holds(CASES, text, |text| {
        match Course::parse("course.toml", &text) {
            Ok(course) => {
                assert!(FACTORS.contains(&course.size) && FACTORS.contains(&course.seconds));
                assert!(
                    course
                        .threads
                        .is_none_or(|threads| threads.get() <= Threads::MAX)
                );
                assert!(course.to_string().contains("sizes × "));
            }
            Err(Error::Line {
                file,
                line,
                problem,
            }) => {
                assert!(file == "course.toml" && line >= 1 && line <= text.lines().count() + 1);
                assert!(!problem.is_empty());
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn sizes_are_scaled_or_stay() {
    let factor = prop_oneof![4 => 0.01..=10.0, 1 => number()];
    holds(
        CASES,
        (factor, any::<u64>(), 0..64_u32, any::<usize>()),
        |(size, n, shift, threads)| {
            let course = Course {
                size,
                threads: NonZeroUsize::new(threads),
                ..Course::DEFAULT
            };
            let n = n >> shift;
            let exact = n as f64 * size;
            let scaled = course.scale(n);
            let near = (scaled as f64 - exact).abs() <= 0.5 + 1e-15 * exact.abs()
                || (exact < 1.0 && scaled == 1);
            assert!(
                near || scaled == n || (exact.is_nan() && scaled == 1),
                "{n} {size} {scaled}"
            );
            assert!(
                exact.is_nan() || exact < 1.9e19 || scaled == n,
                "{n} {size} {scaled}"
            );
            let byte = n as u8;
            assert!(course.scale(byte) >= 1 || byte == 0);
            assert!(course.to_string().contains("sizes × "));
            assert_eq!(course.scale(-5_i32), -5);
        },
    );
}

/// Writes nothing: an error each time.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn maps_with_progress_have_the_results_of_a_plain_loop() {
    let n = prop_oneof![4 => 0..300_usize, 1 => support::too_large()];
    holds(CASES, (n, 0..5_usize), |(n, threads)| {
        let threads = Threads::new(threads).unwrap_or(Threads::Sequential);
        let mut report = Vec::new();
        match progress::map(n, threads, &mut report, |k| k as u64 * 3) {
            Ok(results) => {
                assert!(results.into_iter().eq((0..n as u64).map(|k| k * 3)));
                let report = String::from_utf8(report).unwrap();
                assert!(
                    report.ends_with(&format!("{n} of {n} tasks done\n")),
                    "{report}"
                );
                assert!(progress::map(n, threads, &mut Closed, |k| k).is_ok());
            }
            Err(error) => assert!(n > 1 << 40 && matches!(error, Error::Memory { .. })),
        }
        let meter = ProgressMeter::new("steps", n);
        (0..9).for_each(|_| meter.step());
    });
}

#[test]
fn a_panic_of_a_task_with_progress_reaches_the_caller() {
    for threads in [1, 2, 8] {
        let threads = Threads::new(threads).unwrap();
        let work = |k| assert!(k != 57, "task 57");
        let run = || progress::map(100, threads, &mut io::sink(), work).map(drop);
        let panic = std::panic::catch_unwind(run).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"task 57"));
        assert_eq!(
            progress::map(3, threads, &mut io::sink(), |k| k),
            Ok(vec![0, 1, 2])
        );
    }
}

#[test]
fn any_hardware_has_a_table() {
    let kind = prop_oneof![
        Just(Kind::Data),
        Just(Kind::Instructions),
        Just(Kind::Unified)
    ];
    let cache = (any::<u32>(), kind, any::<u64>(), size(), size());
    holds(CASES, (size(), vec(cache, 0..4)), |(n, caches)| {
        let cache = |(level, kind, bytes, copies, shared_by)| Cache {
            level,
            kind,
            bytes,
            copies,
            shared_by,
        };
        let hardware = Hardware {
            cores: NonZeroUsize::new(n).map(NonZeroUsize::get),
            hardware_threads: None,
            usable: n,
            caches: caches.into_iter().map(cache).collect(),
        };
        assert!(hardware.to_string().lines().count() >= 5);
    });
}

#[test]
fn verdicts_say_what_they_are_told() {
    holds(CASES, (text(), any::<bool>()), |(text, right)| {
        let verdict = checks::verdict(if right {
            Ok(text.clone())
        } else {
            Err(text.clone())
        })
        .to_string();
        assert!(
            verdict.starts_with(if right { "right: " } else { "not yet: " })
                && verdict.contains(&text)
        );
    });
}
