import TesseraImaging
import TesseraLabels
import Testing

@testable import tessera_bench

struct MapAgreementTests {
  private func png(_ ids: [UInt8], width: Int, palette: [Color]) throws -> [UInt8] {
    try PNG.encode(RawLabelMap(width: width, height: ids.count / width, ids: ids), palette: palette)
  }

  @Test func equalClassesAreCountedWhateverTheirColors() throws {
    let (black, white) = (Color(red: 0, green: 0, blue: 0), Color(red: 255, green: 255, blue: 255))
    var agreement = MapAgreement()
    try agreement.add(
      png([0, 1, 1, 0], width: 2, palette: [black, white]), png([0, 1, 0, 0], width: 2, palette: [white, black]))
    #expect(agreement.pixels == 4 && agreement.share == 0.75)
    // Of another size nothing agrees.
    try agreement.add(
      png([0, 0, 0, 0], width: 2, palette: [black]), png([0, 0, 0, 0], width: 4, palette: [black]))
    #expect(agreement.share == 0.375)
    #expect(throws: PNGError.self) { try agreement.add([1, 2, 3], [1, 2, 3]) }
  }

  @Test func nothingHasNoShare() { #expect(MapAgreement().share.isNaN) }
}
