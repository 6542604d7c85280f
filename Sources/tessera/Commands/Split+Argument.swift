public import ArgumentParser
public import TesseraData

extension Split: ExpressibleByArgument {}
