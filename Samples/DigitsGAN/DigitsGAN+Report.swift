import Digits
import SampleKit
import TesseraNN
import TesseraTensor

extension DigitsGAN {
  /// Writes pictures and table, and prints the figures.
  func report(_ training: DigitTraining, _ growth: [Tensor], in folder: OutputFolder) throws {
    var files = [try folder.write(DigitGrid.draw(training.shownDigits, columns: 10), as: "digits.png")]
    let columns = 16
    let rows = growth.flatMap { $0.elements.prefix(columns * DigitSet.pixelCount) }
    let grown = Tensor([growth.count * columns, DigitSet.pixelCount], rows)
    files.append(try folder.write(DigitGrid.draw(grown, columns: columns), as: "growth.png"))
    files.append(try folder.write(training.table.csv, as: "losses.csv"))
    if let picture = training.table.picture { files.append(try folder.write(picture, as: "losses.png")) }
    let (generator, discriminator) = (training.adversaries.generator, training.adversaries.discriminator)
    print("parameters: \(generator.parameterCount) of G, \(discriminator.parameterCount) of D")
    if let row = training.table.rows.last {
      print(
        "mean of D: \(row.verdictOnData.decimal(3)) on held-out digits, \(row.verdictOnGenerated.decimal(3)) on "
          + "generated ones (optimum: 0.500)")
    }
    print(try DigitScore(of: training, seed: seed).line)
    print("files: \(files.joined(separator: ", "))")
  }
}
