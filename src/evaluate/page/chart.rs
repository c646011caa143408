//! Charts as inline SVG. Colours come from the style sheet, so that they follow the reader's light or dark screen.

use std::fmt::Result;
use std::fmt::Write;

use super::markup::Share;
use crate::evaluate::curve::Curve;
use crate::evaluate::curve::Point;
use crate::evaluate::metrics::Calibration;

/// Side of the square that shares are drawn in, in user units.
const SIDE: f64 = 200.0;
/// Room for the axis on the left and below.
const MARGIN: f64 = 30.0;
/// Room on the other sides, for marks and names that stand on the edge.
const EDGE: f64 = 12.0;
/// Height of the strip that says how many probabilities are in each bin.
const STRIP: f64 = 26.0;
/// Points of a curve that are drawn at most; more would only make the page larger.
const MAX_POINTS: usize = 160;
/// F1 along the thin lines of a precision-recall chart.
const LEVELS: [f64; 4] = [0.6, 0.7, 0.8, 0.9];

fn x(share: f64) -> f64 {
    MARGIN + share * SIDE
}

fn y(share: f64) -> f64 {
    EDGE + (1.0 - share) * SIDE
}

/// The frame, grid and scales of a chart whose axes both run from 0 to 1; `under` is further room below.
fn open(out: &mut String, title: &str, (across, up): (&str, &str), under: f64) -> Result {
    let (width, height) = (MARGIN + SIDE + EDGE, EDGE + SIDE + MARGIN + under);
    write!(
        out,
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">"
    )?;
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let (at_x, at_y) = (x(share), y(share));
        let (left, right, top, bottom) = (x(0.0), x(1.0), y(1.0), y(0.0));
        write!(out, "<path class=\"grid\" d=\"M{at_x} {top}V{bottom}M{left} {at_y}H{right}\"/>")?;
        let name = if step == 0 { "0".to_owned() } else { format!("{share}").replacen("0.", ".", 1) };
        let below = bottom + 11.0;
        write!(out, "<text class=\"tick\" x=\"{at_x}\" y=\"{below}\" text-anchor=\"middle\">{name}</text>")?;
        if step > 0 {
            let (beside, level) = (left - 4.0, at_y + 3.0);
            write!(
                out,
                "<text class=\"tick\" x=\"{beside}\" y=\"{level}\" text-anchor=\"end\">{name}</text>"
            )?;
        }
    }
    let (middle, below) = (x(0.5), y(0.0) + 23.0);
    write!(out, "<text class=\"axis\" x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\">{across}</text>")?;
    let (left, level) = (8.0, y(0.5));
    write!(
        out,
        "<text class=\"axis\" x=\"{left}\" y=\"{level}\" text-anchor=\"middle\" transform=\"rotate(-90 {left} \
         {level})\">{up}</text>"
    )
}

/// Precision against recall, with the point of a threshold where there is one.
pub(super) fn precision_recall(out: &mut String, curve: &Curve, threshold: Option<(f64, Point)>) -> Result {
    let title = format!("precision against recall, average precision {}", Share(curve.average_precision));
    open(out, &title, ("recall", "precision"), 0.0)?;
    for f1 in LEVELS {
        // precision = f1 · recall / (2 · recall - f1), from where precision is 1 to where recall is 1.
        let first = f1 / (2.0 - f1);
        write!(out, "<path class=\"level\" d=\"")?;
        for step in 0..=24 {
            let recall = first + (1.0 - first) * f64::from(step) / 24.0;
            let precision = f1 * recall / (2.0 * recall - f1);
            let command = if step == 0 { 'M' } else { 'L' };
            write!(out, "{command}{:.1} {:.1}", x(recall), y(precision.min(1.0)))?;
        }
        write!(out, "\"/>")?;
        // Above the frame, where no curve is; only the first says what it is, for there is no room.
        let name = format!("{f1}").replacen("0.", ".", 1);
        let before = if f1 == LEVELS[0] { "F1 " } else { "" };
        let (at_x, at_y) = (x(first), y(1.0) - 4.0);
        write!(
            out,
            "<text class=\"level\" x=\"{at_x:.1}\" y=\"{at_y}\" text-anchor=\"middle\">{before}{name}</text>"
        )?;
    }
    if let Some(first) = curve.points.first() {
        write!(out, "<path class=\"curve\" d=\"M{:.1} {:.1}", x(0.0), y(first.precision))?;
        let every = curve.points.len().div_ceil(MAX_POINTS).max(1);
        let last = curve.points.len() - 1;
        for (_, point) in
            curve.points.iter().enumerate().filter(|(at, _)| at.is_multiple_of(every) || *at == last)
        {
            write!(out, "L{:.1} {:.1}", x(point.recall), y(point.precision))?;
        }
        write!(out, "\"/>")?;
    }
    if let Some((threshold, point)) = threshold {
        let (at_x, at_y) = (x(point.recall), y(point.precision));
        write!(out, "<circle class=\"cut\" cx=\"{at_x:.1}\" cy=\"{at_y:.1}\" r=\"4.5\"/>")?;
        // Below and left of the point, where the curve is not; on a curve that ends early, right of it.
        let (anchor, beside) = if point.recall > 0.45 { ("end", -8.0) } else { ("start", 8.0) };
        let level = (at_y + 14.0).min(y(0.0) - 4.0);
        write!(
            out,
            "<text class=\"cut\" x=\"{:.1}\" y=\"{level:.1}\" text-anchor=\"{anchor}\">p ≥ {}</text>",
            at_x + beside,
            Share(threshold)
        )?;
    }
    write!(out, "</svg>")
}

/// How often labels are true of what was given a probability: a dot per bin, the larger the more there are, with the
/// 95 % interval of the frequency, and under it how many there are, on a logarithmic scale.
pub(super) fn reliability(out: &mut String, calibration: &Calibration) -> Result {
    open(out, "frequency of the truth against probability", ("probability", "is true"), STRIP)?;
    write!(out, "<path class=\"ideal\" d=\"M{} {}L{} {}\"/>", x(0.0), y(0.0), x(1.0), y(1.0))?;
    let most = calibration.bins.iter().map(|bin| bin.0).max().unwrap_or_default() as f64;
    let bottom = y(0.0) + MARGIN + STRIP - 4.0;
    let mut line = String::new();
    let mut dots = String::new();
    for (at, &(count, sum, right)) in calibration.bins.iter().enumerate().filter(|(_, bin)| bin.0 > 0) {
        let n = count as f64;
        let (mean, share) = (sum / n, right as f64 / n);
        let (low, high) = wilson(right as f64, n);
        let (at_x, at_y) = (x(mean), y(share));
        write!(line, "{}{at_x:.1} {at_y:.1}", if line.is_empty() { 'M' } else { 'L' })?;
        write!(out, "<path class=\"range\" d=\"M{at_x:.1} {:.1}V{:.1}\"/>", y(low), y(high))?;
        let radius = 2.0 + 3.5 * (n.ln_1p() / most.ln_1p().max(1e-9));
        write!(dots, "<circle class=\"dot\" cx=\"{at_x:.1}\" cy=\"{at_y:.1}\" r=\"{radius:.1}\">")?;
        write!(dots, "<title>{count} at {}: {} are true</title></circle>", Share(mean), Share(share))?;
        let height = (STRIP - 6.0) * n.ln_1p() / most.ln_1p().max(1e-9);
        let (left, width) = (x(at as f64 / 10.0) + 1.0, SIDE / 10.0 - 2.0);
        let top = bottom - height;
        write!(
            out,
            "<rect class=\"bar\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width}\" height=\"{height:.1}\">"
        )?;
        write!(out, "<title>{count}</title></rect>")?;
    }
    write!(out, "<path class=\"curve\" d=\"{line}\"/>{dots}</svg>")
}

/// The 95 % interval of a frequency (Wilson's), which stays within 0 and 1 and is honest about few cases.
fn wilson(right: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let share = right / n;
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// An interval on a line from `-bound` to `bound`, 0 in the middle; coloured where the difference is surely for the
/// better or the worse.
pub(super) fn interval(
    out: &mut String,
    (low, value, high): (f64, f64, f64),
    bound: f64,
    better: Option<bool>,
) -> Result {
    let at = |value: f64| 60.0 + 58.0 * (value / bound.max(1e-9)).clamp(-1.0, 1.0);
    let class = match better {
        Some(true) => "better",
        Some(false) => "worse",
        None => "level",
    };
    write!(out, "<svg class=\"interval {class}\" viewBox=\"0 0 120 16\" aria-hidden=\"true\">")?;
    write!(out, "<path class=\"zero\" d=\"M60 0V16\"/>")?;
    write!(out, "<path class=\"range\" d=\"M{:.1} 8H{:.1}\"/>", at(low), at(high))?;
    write!(out, "<circle class=\"dot\" cx=\"{:.1}\" cy=\"8\" r=\"3.5\"/></svg>", at(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_hold_the_frequency() {
        for (right, n) in [(0.0, 1.0), (1.0, 1.0), (3.0, 10.0), (500.0, 1000.0)] {
            let (low, high) = wilson(right, n);
            assert!(0.0 <= low && low <= right / n && right / n <= high && high <= 1.0, "{low} {high}");
        }
        // By hand: the interval of 5 in 10 is that of the textbooks.
        let (low, high) = wilson(5.0, 10.0);
        assert!((low - 0.2366).abs() < 1e-3 && (high - 0.7634).abs() < 1e-3, "{low} {high}");
    }

    #[test]
    fn charts_of_nothing_are_charts() {
        let mut out = String::new();
        precision_recall(&mut out, &Curve::default(), None).unwrap();
        reliability(&mut out, &Calibration::default()).unwrap();
        interval(&mut out, (0.0, 0.0, 0.0), 0.0, None).unwrap();
        assert!(!out.contains("NaN") && !out.contains("inf"), "{out}");
    }
}
