//! Findings as workflow commands of GitHub, which shows them beside the lines of a pull request.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>, and for what is escaped
//! <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>

use check::Finding;

use super::findings::Checked;

/// A finding as one line.
pub fn line(checked: &Checked<'_>, finding: &Finding) -> String {
    let region = checked.region(&finding.place);
    let file = property(&checked.name(&finding.place));
    let mut message = finding.message.clone();
    for part in [&finding.why, &finding.help].into_iter().flatten() {
        message += "\n";
        message += part;
    }
    for (place, text) in &finding.others {
        message += &format!("\n{} {text}", checked.line(place));
    }
    format!(
        "::{} file={file},line={},endLine={},col={},title={}::{}",
        finding.severity.name(),
        region.start.line,
        region.end.line,
        region.start.column,
        property(finding.rule),
        data(&message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
