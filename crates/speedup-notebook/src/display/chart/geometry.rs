//! Tests of where the texts of a chart are, with the widths of common fonts.

use super::{BarChart, Chart, LineChart, SpeedupChart, style};
use speedup::Threads;

/// A text's words and its box: left, top, right, bottom, in pixels.
type Label = (String, [f64; 4]);

/// The level texts of a picture as plotters writes them.
fn labels(svg: &str) -> Vec<Label> {
    let texts = svg.split("<text ").skip(1);
    let level = texts.filter(|text| !text.contains("rotate("));
    level.map(label).collect()
}

fn label(text: &str) -> Label {
    let part = |name: &str| {
        let (_, rest) = text.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap()
    };
    let size: f64 = part("font-size").parse().unwrap();
    // An ex is the height of an x, about half the size of the font.
    let number = |name: &str| match part(name) {
        ex if ex.ends_with("ex") => 0.5 * size * ex.trim_end_matches("ex").parse::<f64>().unwrap(),
        em if em.ends_with("em") => size * em.trim_end_matches("em").parse::<f64>().unwrap(),
        pixels => pixels.parse().unwrap(),
    };
    let words = text.split(['>', '<']).nth(1).unwrap().trim();
    let words = words.replace("&apos;", "'");
    let width = 0.6 * size * words.chars().count() as f64;
    let left = match part("text-anchor") {
        "start" => number("x"),
        "middle" => number("x") - 0.5 * width,
        _ => number("x") - width,
    };
    // The base line is where y and dy say; letters reach up and down from there.
    let base = number("y") + number("dy");
    (
        words,
        [left, base - 0.75 * size, left + width, base + 0.2 * size],
    )
}

/// Texts that lie on each other or leave the picture.
fn clashes(chart: &Chart) -> Vec<(String, String)> {
    let wide = clashes_in(chart.svg(), style::WIDE);
    let narrow = clashes_in(chart.narrow_svg(), style::NARROW);
    [wide, narrow].concat()
}

fn clashes_in(svg: &str, (width, height): style::Size) -> Vec<(String, String)> {
    let labels = labels(svg);
    let (width, height) = (f64::from(width), f64::from(height));
    let mut found = Vec::new();
    for (k, (words, [left, top, right, bottom])) in labels.iter().enumerate() {
        if *left < 0.0 || *top < 0.0 || *right > width || *bottom > height {
            found.push((words.clone(), "the edge".to_owned()));
        }
        for (other, [l, t, r, b]) in &labels[..k] {
            if left < r && l < right && top < b && t < bottom {
                found.push((words.clone(), other.clone()));
            }
        }
    }
    found
}

#[test]
fn no_text_lies_on_another() {
    let kernels = [
        "optimizer",
        "eigenvalues",
        "grid",
        "wealth",
        "π",
        "integers",
        "cubic",
        "double",
        "fill new",
        "fill old",
    ];
    let python = [44.0, 1.1, 15.0, 8.8, 15.0, 5.0, 0.49, 0.74, 0.74, 1.0];
    let c = [0.77, 0.9, 0.86, 0.8, 0.89, 0.75, 0.35, 0.61, 0.77, 0.95];
    let chart = BarChart::new("Ratios", kernels).logarithmic();
    let chart = chart.group("fastest Python", python).group("C", c);
    let svg = chart.y("times our time").draw().unwrap();
    assert!(labels(svg.svg()).len() > 30);
    assert_eq!(clashes(&svg), []);
}

#[test]
fn long_names_stand_on_several_lines() {
    let names = [
        "a name that is long",
        "another long name",
        "a third long one",
    ];
    let chart = BarChart::new("t", names.into_iter().chain(names)).y("y");
    let chart = chart.group("here", [1.0, 2.0, 3.0, 0.0, 0.0, 0.1]);
    let chart = chart.draw().unwrap();
    assert_eq!(clashes(&chart), []);
    for svg in [chart.svg(), chart.narrow_svg()] {
        assert!(
            svg.contains("\nlong\n") && !svg.contains("rotate(90"),
            "{svg}"
        );
    }
    // Longer words are vertical.
    let names = names.map(|name| name.replace(' ', "-").repeat(2));
    let names = names.iter().map(String::as_str);
    let chart = BarChart::new("t", names.clone().chain(names)).group("here", [1.0; 6]);
    let chart = chart.draw().unwrap();
    assert_eq!(clashes(&chart), []);
    for svg in [chart.svg(), chart.narrow_svg()] {
        assert_eq!(svg.matches("rotate(90").count(), 6, "{svg}");
    }
    // The check finds texts that overlap.
    assert_ne!(clashes_in(&chart.svg().repeat(2), style::WIDE), []);
}

#[test]
fn numbers_of_any_size_have_labels_inside_the_picture() {
    let pairs = [
        [1e-16, 4e-16],
        [2.5e9, 1e12],
        [-1e308, 1e308],
        [1e5, 1e5],
        [3.0, 3.0001],
        [5e-324, 5e-324],
        [1e-310, 1.001e-310],
    ];
    for ys in pairs {
        for (x, y) in [([0.0, 1.0], ys), (ys, [0.0, 1.0])] {
            let points = x.into_iter().zip(y);
            let chart = LineChart::new("t").x("x").y("y").series("s", points);
            let chart = chart.draw().unwrap();
            assert_eq!(clashes(&chart), [], "{ys:?}");
            assert!(!chart.description().contains("lowest 0, highest 0"));
        }
    }
    let narrow = LineChart::new("t").log_x();
    let narrow = narrow.series("s", [2.0, 4.0, 8.0].map(|x| (x, x)));
    let narrow = narrow.draw().unwrap();
    assert_eq!(clashes(&narrow), []);
    let svg = narrow.svg();
    for label in ["2", "5"] {
        assert!(svg.contains(&format!("\n{label}\n")), "{label}");
    }
}

#[test]
fn many_bars_with_long_names_are_readable() {
    let names: Vec<String> = (0..40).map(|k| format!("a-name-of-letters-{k}")).collect();
    for count in [10, 40] {
        let chart = BarChart::new("t", names[..count].iter().map(String::as_str));
        let chart = chart.group("here", (0..count).map(|k| 100.5 + k as f64));
        let chart = chart.draw().unwrap();
        assert_eq!(clashes(&chart), []);
        for name in &names[..count] {
            assert!(chart.svg().contains(&format!("\n{name}\n")), "{name}");
            assert!(chart.description().contains(name.as_str()));
        }
    }
}

#[test]
fn long_titles_and_names_end_inside_the_picture() {
    let long = "word ".repeat(50);
    let chart = LineChart::new(&long).x(&long).y(&long);
    let chart = chart.series(&long, [(0.0, 1.0)]).series("s", [(1.0, 2.0)]);
    let chart = chart.draw().unwrap();
    assert_eq!(clashes(&chart), []);
    assert!(chart.description().contains(long.trim()));
}

#[test]
fn characters_that_no_document_may_have_are_left_out() {
    let bad = "a\u{3}b\u{fffe}c\u{1b}d";
    let chart = LineChart::new(bad).x(bad).series(bad, [(0.0, 1.0)]);
    let chart = chart.draw().unwrap();
    for text in [chart.svg(), chart.description()] {
        assert!(text.contains("abcd") && !text.contains(['\u{3}', '\u{fffe}', '\u{1b}']));
    }
}

#[test]
fn a_speed_up_chart_of_many_threads_has_points_that_can_be_told_apart() {
    let counts = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    let gains = counts.map(|n| (Threads::new(n).unwrap(), n.min(128) as f64));
    let chart = SpeedupChart::new("t", 128, gains).draw().unwrap();
    assert_eq!(clashes(&chart), []);
    let circles = chart.svg().split("<circle cx=\"").skip(1);
    let mut at: Vec<i32> = circles
        .map(|circle| circle.split('"').next().unwrap().parse().unwrap())
        .collect();
    at.sort_unstable();
    // The first is the legend's.
    assert!(
        at[1..].windows(2).all(|pair| pair[1] - pair[0] > 30),
        "{at:?}"
    );
    assert!(chart.svg().contains("the 128 CPUs"));
    assert!(chart.description().contains("level from 128 threads on"));
}
