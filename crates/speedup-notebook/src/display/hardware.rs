//! The hardware of this machine as a table.

use std::fmt;

use crate::display::table::Table;
use crate::measure::hardware::{Cache, Hardware, Kind};

impl Hardware {
    /// The table that a notebook shows. `not told` stands for what the system does not report.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup_notebook::measure::hardware::read().table().html().contains("hardware threads"));
    /// ```
    pub fn table(&self) -> Table<4> {
        let told = |count: Option<usize>| count.map_or("not told".to_owned(), |n| n.to_string());
        let heads = ["part", "count", "size of each", "hardware threads to each"];
        let mut table = Table::new("What the system tells of its processors", heads)
            .row([&"cores", &told(self.cores), &"", &""])
            .row([&"hardware threads", &told(self.hardware_threads), &"", &""])
            .row([&"hardware threads to use here", &self.usable, &"", &""]);
        if self.caches.is_empty() {
            table = table.row([&"caches", &told(None), &"", &""]);
        }
        for cache in &self.caches {
            table = table.row([
                &cache.name(),
                &cache.copies,
                &cache.size(),
                &cache.shared_by,
            ]);
        }
        table
    }

    /// Shows the table as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup_notebook::measure::hardware::read().evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        self.table().evcxr_display();
    }
}

impl fmt::Display for Hardware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table().fmt(f)
    }
}

impl Cache {
    fn name(&self) -> String {
        let kind = match self.kind {
            Kind::Data => " data",
            Kind::Instructions => " instructions",
            Kind::Unified => "",
        };
        format!("L{}{kind}", self.level)
    }

    fn size(&self) -> String {
        match self.bytes {
            b if b % (1 << 20) == 0 => format!("{} MiB", b >> 20),
            b => format!("{} KiB", b as f64 / 1024.0),
        }
    }
}
