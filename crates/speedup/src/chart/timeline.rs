//! Timeline chart (Gantt chart): one row a worker, one bar a task.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::{self, Axis};
use super::style::{self, FONT, TEXT, colour};
use super::{Chart, check_series, undrawable};
use crate::Error;
use crate::timeline::{Span, Timeline};

/// A bar narrower than this many pixels has no room for its number.
const ROOM_FOR_A_NUMBER: i32 = 22;

/// A timeline chart in the making.
///
/// # Examples
///
/// ```
/// use speedup::chart::TimelineChart;
/// use speedup::timeline::Timeline;
///
/// let timeline = Timeline::new();
/// timeline.task(0, || std::thread::sleep(std::time::Duration::from_millis(2)));
/// let chart = TimelineChart::new("One task", &timeline).draw()?;
/// assert!(chart.description().contains("worker 1: task 0"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineChart {
    title: String,
    spans: Vec<Span>,
    until: f64,
}

impl TimelineChart {
    /// A chart of what the timeline has recorded so far.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::{chart::TimelineChart, timeline::Timeline};
    /// assert!(TimelineChart::new("empty", &Timeline::new()).draw().is_err());
    /// ```
    pub fn new(title: &str, timeline: &Timeline) -> Self {
        Self {
            title: title.to_owned(),
            spans: timeline.spans(),
            until: timeline.seconds(),
        }
    }

    /// Lets the time axis end at so many seconds, if the tasks do not last longer.
    ///
    /// Two charts with the same end can be compared by eye.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::{chart::TimelineChart, timeline::Timeline};
    /// let timeline = Timeline::new();
    /// timeline.task(0, || ());
    /// assert!(TimelineChart::new("t", &timeline).until(0.5).draw().is_ok());
    /// ```
    #[must_use]
    pub fn until(mut self, seconds: f64) -> Self {
        self.until = self.until.max(seconds);
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Chart`] if no task was recorded, or the end is not a finite number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::{chart::TimelineChart, timeline::Timeline};
    /// let timeline = Timeline::new();
    /// timeline.task(0, || ());
    /// assert!(TimelineChart::new("t", &timeline).until(f64::INFINITY).draw().is_err());
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        let ends: Vec<f64> = self.spans.iter().map(|span| span.end).collect();
        check_series("tasks", &ends)?;
        check_series("end of the time axis", &[self.until])?;
        let mut svg = String::new();
        self.paint(&mut svg).map_err(undrawable)?;
        Ok(Chart::new(&svg, &self.title, self.describe()))
    }

    fn workers(&self) -> usize {
        self.spans
            .iter()
            .map(|span| span.worker + 1)
            .max()
            .unwrap_or(0)
    }

    fn paint(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
        let workers = self.workers();
        let (width, height) = style::SIZE;
        let size = (width, height.min(140 + 80 * workers as u32));
        let end = 1e3 * self.until.max(1e-6);
        let (root, area) = style::card(svg, size, &self.title, &[])?;
        let x = Axis::exact(0.0, 1.02 * end);
        let y = Axis::rows(workers, |worker| format!("worker {}", worker + 1));
        let titles = ("time since the first task began [ms]", "one row a worker");
        let mut chart = axis::frame(&area, (&x, &y), titles)?;
        let row = |worker: usize| (workers - 1 - worker) as f64;
        let centred = (FONT, TEXT)
            .into_text_style(&root)
            .pos(Pos::new(HPos::Center, VPos::Center))
            .color(&BLACK);
        for span in &self.spans {
            let (edge, fill) = (colour(span.task % 2 * 2), style::light(span.task % 2 * 2));
            let corners = [
                (1e3 * span.start, row(span.worker) + 0.15),
                (1e3 * span.end, row(span.worker) + 0.85),
            ]
            .map(|(time, height)| (x.place(time), y.place(height)));
            chart.draw_series([
                Rectangle::new(corners, fill.filled()),
                Rectangle::new(corners, edge.stroke_width(1)),
            ])?;
            let [low, high] = corners.map(|corner| chart.plotting_area().map_coordinate(&corner));
            if high.0 - low.0 >= ROOM_FOR_A_NUMBER {
                let middle = (i32::midpoint(low.0, high.0), i32::midpoint(low.1, high.1));
                root.draw(&Text::new(span.task.to_string(), middle, centred.clone()))?;
            }
        }
        root.present()?;
        Ok(())
    }

    fn describe(&self) -> String {
        let last = self.spans.iter().map(|span| span.end).fold(0.0, f64::max);
        let mut words = format!(
            "Timeline chart: {}. Horizontal axis: time in milliseconds. Vertical axis: one row a \
             worker, one bar a task. The last of {} tasks ends at {} ms.",
            self.title,
            self.spans.len(),
            crate::timing::significant(1e3 * last, 3)
        );
        for worker in 0..self.workers() {
            let mine = self.spans.iter().filter(|span| span.worker == worker);
            let tasks: Vec<String> = mine.map(|span| span.task.to_string()).collect();
            let plural = if tasks.len() == 1 { "" } else { "s" };
            let (first, rest) = (tasks.iter().take(12), tasks.len().saturating_sub(12));
            let list = first.cloned().collect::<Vec<_>>().join(", ");
            words += &format!(" worker {}: task{plural} {list}", worker + 1);
            words += &if rest > 0 {
                format!(" and {rest} more.")
            } else {
                ".".to_owned()
            };
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(task: usize, worker: usize, start: f64, end: f64) -> Span {
        Span {
            task,
            worker,
            start,
            end,
        }
    }

    #[test]
    fn each_task_is_a_bar_in_the_row_of_its_worker() {
        let chart = TimelineChart {
            title: "two workers".to_owned(),
            spans: vec![span(41, 0, 0.0, 0.5), span(42, 1, 0.0, 1.0)],
            until: 1.0,
        };
        let drawn = chart.draw().unwrap();
        for text in ["worker 1", "worker 2", "\n41\n", "\n42\n"] {
            assert!(drawn.svg().contains(text), "{text}");
        }
        assert!(drawn.description().contains("worker 2: task 42."));
        assert!(drawn.description().contains("ends at 1000 ms"));
    }

    #[test]
    fn many_short_tasks_are_drawn_without_numbers_and_counted_in_words() {
        let spans = (0..500)
            .map(|k| span(k, k % 4, k as f64, k as f64 + 1.0))
            .collect();
        let chart = TimelineChart {
            title: "t".to_owned(),
            spans,
            until: 500.0,
        };
        let drawn = chart.draw().unwrap();
        assert!(!drawn.svg().contains("\n499\n"));
        assert!(drawn.description().contains("and 113 more."));
    }
}
