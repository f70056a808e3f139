//! Timeline chart (Gantt chart): one row per worker, one bar per task.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::frame::frame;
use super::style::{self, Size, colour};
use super::text::{FONT, TEXT};
use super::{Chart, check_series, undrawable};
use crate::measure::format::significant;
use crate::measure::timeline::{Span, Timeline};
use speedup::Error;
use speedup::error::check_count;

/// A bar of fewer pixels has no number.
const MIN_NUMBER_WIDTH: i32 = 22;
/// The latest end of a time axis in seconds. In milliseconds it is still a finite number.
const LATEST: f64 = 1e300;
/// The largest number of a row.
const LAST_ROW: u64 = u16::MAX as u64;

/// The data of a timeline chart; [`TimelineChart::draw`] draws it.
///
/// # Examples
///
/// ```
/// use speedup_notebook::display::chart::TimelineChart;
/// use speedup_notebook::measure::timeline::Timeline;
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
    /// What a row stands for, and the number of the first.
    row: (&'static str, usize),
    /// When the time axis begins.
    since: &'static str,
    /// The colours of the bars, taken in turn by the numbers of the tasks.
    colours: &'static [usize],
}

impl TimelineChart {
    /// A chart of the tasks that the timeline has recorded so far.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::display::chart::TimelineChart;
    /// # use speedup_notebook::measure::timeline::Timeline;
    /// assert!(TimelineChart::new("empty", &Timeline::new()).draw().is_err());
    /// ```
    pub fn new(title: &str, timeline: &Timeline) -> Self {
        Self {
            title: title.to_owned(),
            spans: timeline.spans(),
            until: timeline.seconds(),
            row: ("worker", 1),
            since: "the first task began",
            colours: &[0, 2],
        }
    }

    /// A chart of what the workers of a simulation did, in rows as those of [`TimelineChart::new`]. The job begins at 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::display::chart::TimelineChart;
    /// use speedup_notebook::measure::timeline::Span;
    ///
    /// let span = Span { task: 7, worker: 0, start: 0.0, end: 0.5 };
    /// let chart = TimelineChart::of_workers("One worker", [span]).draw()?;
    /// assert!(chart.description().contains("worker 1: task 7"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn of_workers(title: &str, spans: impl IntoIterator<Item = Span>) -> Self {
        Self {
            row: ("worker", 1),
            since: "the job began",
            colours: &[0, 2],
            ..Self::of_ranks(title, spans)
        }
    }

    /// A chart of what the ranks of an MPI job did. Rows are named `rank 0`, `rank 1` and so on;
    /// [`Span::worker`] is the number of the rank. Four kinds of work have colours of their own:
    /// [`Span::task`] is the number of the kind.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::display::chart::TimelineChart;
    /// use speedup_notebook::measure::timeline::Span;
    ///
    /// let span = Span { task: 1, worker: 0, start: 0.0, end: 0.5 };
    /// let chart = TimelineChart::of_ranks("One rank", [span]).draw()?;
    /// assert!(chart.description().contains("rank 0: task 1"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn of_ranks(title: &str, spans: impl IntoIterator<Item = Span>) -> Self {
        let spans: Vec<Span> = spans.into_iter().collect();
        Self {
            title: title.to_owned(),
            until: spans.iter().map(|span| span.end).fold(0.0, f64::max),
            spans,
            row: ("rank", 0),
            since: "the first task began",
            colours: &[0, 1, 2, 3],
        }
    }

    /// Extends the time axis to this time in seconds, if the tasks end earlier.
    ///
    /// Two charts with the same end can be compared by eye.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::display::chart::TimelineChart;
    /// # use speedup_notebook::measure::timeline::Timeline;
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
    /// [`Error::Data`] if no task was recorded, if a time is not finite, or if the time axis ends after 1e300 s;
    /// [`Error::Count`] if a [`Span::worker`] is above 65,535.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::display::chart::TimelineChart;
    /// # use speedup_notebook::measure::timeline::Timeline;
    /// let timeline = Timeline::new();
    /// timeline.task(0, || ());
    /// for end in [f64::INFINITY, 1e306] {
    ///     assert!(TimelineChart::new("t", &timeline).until(end).draw().is_err());
    /// }
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        let times = self.spans.iter().flat_map(|span| [span.start, span.end]);
        check_series("tasks", &times.collect::<Vec<f64>>())?;
        for span in &self.spans {
            check_count("number of a row", span.worker, 0, LAST_ROW)?;
        }
        if self.until.is_nan() || self.until > LATEST {
            let problem = format!(
                "{:e} s is not allowed, use at most {LATEST:e} s",
                self.until
            );
            return Err(Error::Data {
                what: "end of the time axis",
                problem,
            });
        }
        Chart::new(&self.title, self.describe(), |svg, size| {
            self.paint(svg, size).map_err(undrawable)
        })
    }

    fn workers(&self) -> usize {
        self.spans
            .iter()
            .map(|span| span.worker + 1)
            .max()
            .unwrap_or(0)
    }

    fn paint(
        &self,
        svg: &mut String,
        (width, height): Size,
    ) -> Result<(), Box<dyn std::error::Error + '_>> {
        let workers = self.workers();
        let size = (width, height.min(140 + 80 * workers as u32));
        let end = 1e3 * self.until.max(1e-6);
        let (root, area) = style::background(svg, size, &self.title, &[])?;
        let x = Axis::linear(0.0, 1.02 * end)?;
        let (name, first) = self.row;
        let y = Axis::rows(workers, |row| format!("{name} {}", row + first));
        let (time, rows) = (
            format!("time since {} [ms]", self.since),
            format!("one row per {name}"),
        );
        let mut chart = frame(&area, (&x, &y), (&time, &rows))?;
        let row = |worker: usize| (workers - 1 - worker) as f64;
        let centred = (FONT, TEXT)
            .into_text_style(&root)
            .pos(Pos::new(HPos::Center, VPos::Center))
            .color(&BLACK);
        for span in &self.spans {
            let number = self.colours[span.task % self.colours.len()];
            let (edge, fill) = (colour(number), style::light(number));
            let corners = [
                (1e3 * span.start, row(span.worker) + 0.15),
                (1e3 * span.end, row(span.worker) + 0.85),
            ]
            .map(|(time, height)| (x.fraction(time), y.fraction(height)));
            chart.draw_series([
                Rectangle::new(corners, fill.filled()),
                Rectangle::new(corners, edge.stroke_width(1)),
            ])?;
            let [low, high] = corners.map(|corner| chart.plotting_area().map_coordinate(&corner));
            if high.0 - low.0 >= MIN_NUMBER_WIDTH {
                let middle = (i32::midpoint(low.0, high.0), i32::midpoint(low.1, high.1));
                root.draw(&Text::new(span.task.to_string(), middle, centred.clone()))?;
            }
        }
        root.present()?;
        Ok(())
    }

    fn describe(&self) -> String {
        let last = self.spans.iter().map(|span| span.end).fold(0.0, f64::max);
        let (name, first) = self.row;
        let mut words = format!(
            "Timeline chart: {}. Horizontal axis: time in milliseconds. Vertical axis: one row per \
             {name}, one bar per task. The last of {} tasks ends at {} ms.",
            self.title,
            self.spans.len(),
            significant(1e3 * last, 3)
        );
        for worker in 0..self.workers() {
            let mine = self.spans.iter().filter(|span| span.worker == worker);
            let tasks: Vec<String> = mine.map(|span| span.task.to_string()).collect();
            let plural = if tasks.len() == 1 { "" } else { "s" };
            let (shown, rest) = (tasks.iter().take(12), tasks.len().saturating_sub(12));
            let list = shown.cloned().collect::<Vec<_>>().join(", ");
            words += &format!(" {name} {}: task{plural} {list}", worker + first);
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
        let spans = [span(41, 0, 0.0, 0.5), span(42, 1, 0.0, 1.0)];
        let chart = TimelineChart::of_workers("two workers", spans);
        let drawn = chart.draw().unwrap();
        for text in ["per worker", "worker 1", "worker 2", "\n41\n", "\n42\n"] {
            assert!(drawn.svg().contains(text), "{text}");
        }
        assert!(drawn.description().contains("worker 2: task 42."));
        assert!(drawn.description().contains("ends at 1000 ms"));
    }

    #[test]
    fn ranks_are_counted_from_0() {
        let spans = [span(1, 0, 0.0, 0.5), span(1, 1, 0.0, 0.25)];
        let drawn = TimelineChart::of_ranks("ranks", spans).draw().unwrap();
        for text in ["one row per rank", "rank 0", "rank 1"] {
            assert!(drawn.svg().contains(text), "{text}");
        }
        assert!(drawn.description().contains("rank 1: task 1."));
        assert!(!drawn.svg().contains("worker"));
    }

    #[test]
    fn the_titles_of_a_chart_of_one_row_are_complete() {
        let chart = TimelineChart::of_workers("one worker", [span(1, 0, 0.0, 0.5)]);
        let svg = chart.draw().unwrap().svg().to_owned();
        assert!(svg.contains("\none row per worker\n"), "{svg}");
    }

    #[test]
    fn many_short_tasks_are_drawn_without_numbers_and_counted_in_words() {
        let spans = (0..500).map(|k| span(k, k % 4, k as f64, k as f64 + 1.0));
        let drawn = TimelineChart::of_workers("t", spans).draw().unwrap();
        assert!(!drawn.svg().contains("\n499\n"));
        assert!(drawn.description().contains("and 113 more."));
    }
}
