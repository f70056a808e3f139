//! A comparison as a table and as charts.

use std::fmt::{self, Display};

use crate::display::chart::{BarChart, SpeedupChart};
use crate::display::table::Table;
use crate::measure::compare::{Comparison, Interval};
use crate::measure::format;
use speedup::Threads;

impl<V: Display> Comparison<V> {
    /// A table with one row per way: its median time, its speed-up over the first way, and whether it is
    /// faster or slower.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::measure::compare::compare;
    ///
    /// let table = compare(0.01, &["a", "b"], |_| ()).table("Two ways");
    /// assert!(table.to_string().starts_with("Two ways: "));
    /// ```
    pub fn table(&self, caption: &str) -> Table<4> {
        let times = self.times();
        let shortest = times
            .iter()
            .map(|time| time.value)
            .fold(f64::INFINITY, f64::min);
        let (factor, unit) = format::duration_unit(shortest);
        let heads = ["way", &format!("median [{unit}]"), "speed-up", "verdict"];
        let mut table = Table::new(&format!("{caption}: {}", self.basis()), heads);
        let gains = self.speed_ups();
        for (k, (way, (time, gain))) in self.ways().iter().zip(times.iter().zip(gains)).enumerate()
        {
            let time = time.map(|seconds| seconds * factor).to_string();
            table = match k {
                0 => table.row([way, &time, &"1", &""]),
                _ => table.row([way, &time, &gain, &gain.verdict()]),
            };
        }
        table
    }

    /// A bar chart of the median times, with their intervals. More groups can be added to it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// let chart = compare(0.01, &["a", "b"], |_| ()).time_bars("Two ways", "ms");
    /// assert!(chart.draw()?.description().contains("Vertical axis: median time [ms]."));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn time_bars(&self, title: &str, unit: &str) -> BarChart {
        let factor = match unit {
            "ns" => 1e9,
            "µs" => 1e6,
            "ms" => 1e3,
            _ => 1.0,
        };
        let unit = if factor == 1.0 { "s" } else { unit };
        let times = self.times().into_iter();
        self.bars(title).y(&format!("median time [{unit}]")).group(
            "this machine",
            times.map(|time| time.map(|seconds| seconds * factor)),
        )
    }

    /// A bar chart of the speed-ups over the first way, with their intervals. More groups can be added
    /// to it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// let work = |n: u64| (0..n).fold(1, |x, k| x ^ (k << 3));
    /// let chart = compare(0.05, &[100_000, 50_000], work).speed_up_bars("Half the work");
    /// assert!(chart.draw()?.description().contains("Vertical axis: speed-up over 100000."));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn speed_up_bars(&self, title: &str) -> BarChart {
        let first = self.names().into_iter().next().unwrap_or_default();
        self.bars(title)
            .y(&format!("speed-up over {first}"))
            .group("this machine", self.speed_ups())
    }

    fn bars(&self, title: &str) -> BarChart {
        let names = self.names();
        BarChart::new(title, names.iter().map(String::as_str))
    }

    /// Shows the table as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// compare(0.01, &["a", "b"], |_| ()).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        self.table("Times").evcxr_display();
    }
}

impl<V: Display> Display for Comparison<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table("Times").fmt(f)
    }
}

impl Comparison<Threads> {
    /// The speed-up over the number of threads. The first way, which all speed-ups are over, is a point
    /// of its own only if no later way has the same number of threads.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::Threads;
    /// use speedup_notebook::measure::compare::compare;
    ///
    /// let gains = compare(0.05, &Threads::ladder(), |threads| {
    ///     threads.install(|| (0..20_000_u64).fold(1, |x, k| x ^ (k << 3)))
    /// });
    /// let chart = gains.speed_up_chart("No gain").draw()?;
    /// assert!(chart.description().contains("1 thread 1,"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn speed_up_chart(&self, title: &str) -> SpeedupChart {
        let points: Vec<(Threads, Interval)> =
            self.ways().iter().copied().zip(self.speed_ups()).collect();
        let repeated = match points.split_first() {
            Some((first, others)) => others.iter().any(|way| way.0.count() == first.0.count()),
            None => false,
        };
        let points = points.into_iter().skip(usize::from(repeated));
        SpeedupChart::new(title, Threads::all().count(), points)
    }
}
