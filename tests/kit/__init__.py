"""What tests share: clocks, waiting, fakes of services, builders of records, a person's hands."""
