import SampleKit
import TesseraImaging

/// What happened epoch by epoch: a table for programs and a picture for people.
struct LossTable: Sendable {
  /// The means of one epoch.
  struct Row: Hashable, Sendable {
    let epoch: Int
    let discriminatorLoss: Float
    let generatorLoss: Float
    /// The mean of D over held-out digits, nothing dropped.
    let verdictOnData: Float
    /// The mean of D over generated digits, nothing dropped.
    let verdictOnGenerated: Float
  }

  private(set) var rows: [Row] = []

  mutating func add(_ row: Row) { rows.append(row) }

  /// One line for each epoch, names in the first.
  var csv: String {
    let lines = rows.map { row in
      let numbers = [row.discriminatorLoss, row.generatorLoss, row.verdictOnData, row.verdictOnGenerated]
      return "\(row.epoch)," + numbers.map { $0.decimal(5) }.joined(separator: ",")
    }
    return (["epoch,discriminator_loss,generator_loss,d_on_data,d_on_generated"] + lines).joined(separator: "\n")
      + "\n"
  }

  /// Losses at the left, verdicts at the right; nil before two epochs, of which no curve could be drawn.
  var picture: Image? {
    guard let first = rows.first, let last = rows.last, rows.count > 1 else { return nil }
    let epochs = Double(first.epoch)...Double(last.epoch)
    func points(_ number: (Row) -> Float) -> [ChartPoint] {
      rows.map { ChartPoint(Double($0.epoch), Double(number($0))) }
    }
    let top = rows.map { Double(max($0.discriminatorLoss, $0.generatorLoss)) }.filter(\.isFinite).max() ?? 1
    let charts = [
      Chart(
        "losses", xName: "epoch", x: epochs, y: 0...max(1.05 * top, 1.5),
        series: [
          Series("loss of D", .line, ChartColors.blue, points(\.discriminatorLoss)),
          Series("loss of G", .line, ChartColors.orange, points(\.generatorLoss)),
        ]),
      Chart(
        "mean of D(x)", xName: "epoch", x: epochs, y: 0...1,
        series: [
          Series("on held-out digits", .line, ChartColors.black, points(\.verdictOnData)),
          Series("on generated digits", .line, ChartColors.green, points(\.verdictOnGenerated)),
        ]),
    ]
    return ChartSheet(charts, columns: 2, width: 460, height: 320).draw()
  }
}
