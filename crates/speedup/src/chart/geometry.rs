//! Tests of where the texts of a chart are, with the widths of common fonts.

use super::{BarChart, style};

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
    let width = 0.6 * size * words.chars().count() as f64;
    let left = match part("text-anchor") {
        "start" => number("x"),
        "middle" => number("x") - 0.5 * width,
        _ => number("x") - width,
    };
    // The base line is where y and dy say; letters reach up and down from there.
    let base = number("y") + number("dy");
    let words = words.to_owned();
    (
        words,
        [left, base - 0.75 * size, left + width, base + 0.2 * size],
    )
}

/// Texts that lie on each other or leave the picture.
fn clashes(svg: &str) -> Vec<(String, String)> {
    let labels = labels(svg);
    let (width, height) = (f64::from(style::SIZE.0), f64::from(style::SIZE.1));
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
    assert_eq!(clashes(svg.svg()), []);
}

#[test]
fn long_names_stand_on_two_lines() {
    let names = [
        "a name that is long",
        "another long name",
        "a third long one",
    ];
    let chart = BarChart::new("t", names.into_iter().chain(names)).y("y");
    let chart = chart.group("here", [1.0, 2.0, 3.0, 0.0, 0.0, 0.1]);
    assert_eq!(clashes(chart.draw().unwrap().svg()), []);
    // The check itself: names of two lines' length are too long.
    let names = names.map(|name| name.repeat(2));
    let names = names.iter().map(String::as_str);
    let chart = BarChart::new("t", names.clone().chain(names)).group("here", [1.0; 6]);
    assert_ne!(clashes(chart.draw().unwrap().svg()), []);
}
